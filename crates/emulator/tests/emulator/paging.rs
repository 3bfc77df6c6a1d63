//! Pages, against a simple model: filter all tasks, sort them, take a slice.

use crate::http::{self, get};
use ittybit::{Task, TaskKind, TaskStatusFilter, Timestamp};
use ittybit_emulator::Emulator;
use proptest::prelude::*;

const STATUSES: [&str; 8] = [
    "waiting",
    "pending",
    "processing",
    "succeeded",
    "ready",
    "completed",
    "failed",
    "unheard_of",
];
const KINDS: [&str; 4] = ["video", "image", "upload", "unheard_of"];
const CREATORS: [Option<&str>; 5] = [Some("run_a"), Some("run_b"), Some("key_a"), Some("key_b"), None];

/// A task in short: seconds of creation, and places in the lists above.
type Short = (i64, usize, usize, usize);

fn short() -> impl Strategy<Value = Short> {
    (0..6i64, 0..STATUSES.len(), 0..KINDS.len(), 0..CREATORS.len())
}

fn task(number: usize, (created_at, status, kind, creator): Short) -> Task {
    let mut task = Task::builder()
        // Ids in no order, so that a list that is sorted by them fails the test.
        .id(format!("task_{:03}", number * 37 % 101))
        .status(STATUSES[status])
        .kind(KINDS[kind])
        .created_at(Timestamp::from_unix_seconds(created_at))
        .build()
        .unwrap();
    task.created_by = CREATORS[creator].map(str::to_owned);
    task
}

#[derive(Clone, Debug)]
enum Change {
    Remove(usize),
    Update(usize, Short),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..60usize).prop_map(Change::Remove),
        (0..60usize, short()).prop_map(|(number, short)| Change::Update(number, short)),
    ]
}

#[derive(Clone, Debug)]
struct Query {
    status: Option<TaskStatusFilter>,
    kind: Option<TaskKind>,
    run_id: Option<&'static str>,
    created_by: Option<&'static str>,
    after: Option<usize>,
    before: Option<usize>,
    ascending: Option<bool>,
    limit: Option<usize>,
}

fn query() -> impl Strategy<Value = Query> {
    let ids = || prop::option::weighted(0.3, prop::sample::select(vec!["run_a", "run_b", "key_a", "run_none"]));
    (
        prop::option::weighted(0.3, prop::sample::select(TaskStatusFilter::KNOWN)),
        prop::option::weighted(0.3, prop::sample::select(TaskKind::KNOWN)),
        ids(),
        ids(),
        prop::option::of(0..60usize),
        prop::option::of(0..60usize),
        prop::option::of(any::<bool>()),
        prop::option::weighted(0.8, 1..=8usize),
    )
        .prop_map(
            |(status, kind, run_id, created_by, after, before, ascending, limit)| Query {
                status,
                kind,
                run_id,
                created_by,
                after,
                before,
                ascending,
                limit,
            },
        )
}

/// The tasks as a test knows them: each with its number, and whether it was removed.
struct Model {
    tasks: Vec<(usize, Task, bool)>,
}

struct Expected {
    ids: Vec<String>,
    has_more: bool,
    next: bool,
    previous: bool,
}

impl Model {
    fn page(&self, query: &Query) -> Expected {
        let mut everything: Vec<_> = self.tasks.iter().collect();
        everything.sort_by_key(|(number, task, _)| (task.created_at, *number));
        if query.ascending != Some(true) {
            everything.reverse();
        }
        let place = |number: usize| everything.iter().position(|(other, _, _)| *other == number).unwrap();
        let after = query.after.map(place);
        let before = query.before.map(place);
        let matching: Vec<_> = (0..everything.len())
            .filter(|&at| {
                let (_, task, removed) = everything[at];
                !removed && query.matches(task)
            })
            .collect();
        let inside = |at: &usize| after.is_none_or(|after| *at > after) && before.is_none_or(|before| *at < before);
        let window: Vec<_> = matching.iter().copied().filter(inside).collect();
        let limit = query.limit.unwrap_or_else(http::default_limit).min(window.len());
        let backward = before.is_some() && after.is_none();
        let page = match backward {
            true => &window[window.len() - limit..],
            false => &window[..limit],
        };
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            return Expected {
                ids: Vec::new(),
                has_more: false,
                next: false,
                previous: false,
            };
        };
        let between = after.is_some() && before.is_some();
        let around = if between { &window } else { &matching };
        let next = around.iter().any(|at| at > last);
        let previous = around.iter().any(|at| at < first);
        Expected {
            ids: page.iter().map(|&at| everything[at].1.id.clone()).collect(),
            has_more: if backward { previous } else { next },
            next,
            previous: previous && !between,
        }
    }
}

impl Query {
    fn matches(&self, task: &Task) -> bool {
        let status = match task.status.as_str() {
            "ready" | "completed" => "succeeded",
            "pending" => "waiting",
            other => other,
        };
        let creator = task.created_by.as_deref();
        self.status.as_ref().is_none_or(|wanted| wanted.as_str() == status)
            && self.kind.as_ref().is_none_or(|wanted| *wanted == task.kind)
            && self.created_by.is_none_or(|wanted| creator == Some(wanted))
            && self
                .run_id
                .is_none_or(|wanted| wanted.starts_with("run_") && creator == Some(wanted))
    }

    fn target(&self, model: &Model) -> String {
        let id = |number: usize| model.tasks[number].1.id.as_str();
        let mut target = "/tasks?".to_owned();
        let mut add = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                target.push_str(&format!("{name}={value}&"));
            }
        };
        add("status", self.status.as_ref().map(AsRef::as_ref));
        add("kind", self.kind.as_ref().map(AsRef::as_ref));
        add("run_id", self.run_id);
        add("created_by", self.created_by);
        add("after", self.after.map(id));
        add("before", self.before.map(id));
        add(
            "order",
            self.ascending.map(|ascending| if ascending { "asc" } else { "desc" }),
        );
        add("limit", self.limit.map(|limit| limit.to_string()).as_deref());
        target
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn pages_match_a_simple_model(
        shorts in prop::collection::vec(short(), 60),
        changes in prop::collection::vec(change(), 0..20),
        queries in prop::collection::vec(query(), 12),
    ) {
        let emulator = Emulator::builder().start_blocking().unwrap();
        let mut model = Model { tasks: Vec::new() };
        for (number, short) in shorts.into_iter().enumerate() {
            let task = task(number, short);
            emulator.push(task.clone()).unwrap();
            model.tasks.push((number, task, false));
        }
        for change in changes {
            match change {
                Change::Remove(number) => {
                    let (_, task, removed) = &mut model.tasks[number];
                    let found = emulator.remove(&task.id);
                    prop_assert_eq!(found.as_ref(), (!*removed).then_some(&*task));
                    *removed = true;
                }
                Change::Update(number, short) => {
                    let (_, old, removed) = &mut model.tasks[number];
                    let new = task(number, short);
                    let result = emulator.update(&old.id, |task| *task = new.clone());
                    prop_assert_eq!(result.is_ok(), !*removed);
                    if !*removed {
                        *old = new;
                    }
                }
            }
        }
        for query in queries {
            let target = query.target(&model);
            let response = get(&emulator, &target);
            let expected = model.page(&query);
            prop_assert_eq!(response.status, 200, "{}", target);
            prop_assert_eq!(response.ids(), expected.ids, "{}", target);
            let limit = query.limit.unwrap_or_else(http::default_limit).to_string();
            prop_assert_eq!(response.header("limit"), Some(limit.as_str()), "{}", target);
            let has_more = if expected.has_more { "true" } else { "false" };
            prop_assert_eq!(response.header("has-more"), Some(has_more), "{}", target);
            let links = response.header("link").unwrap_or_default();
            prop_assert_eq!(links.contains("rel=\"next\""), expected.next, "{}: {}", target, links);
            prop_assert_eq!(links.contains("rel=\"prev\""), expected.previous, "{}: {}", target, links);
        }
    }

    #[test]
    fn links_lead_through_everything(
        seed: u64,
        limit in 1..=http::largest_limit().min(30),
        ascending: bool,
        status in prop::option::of(prop::sample::select(TaskStatusFilter::KNOWN)),
    ) {
        let emulator = Emulator::builder().tasks(70).seed(seed).start_blocking().unwrap();
        let mut tasks = emulator.tasks();
        tasks.retain(|task| {
            let found_by = TaskStatusFilter::from(task.status.clone());
            status.as_ref().is_none_or(|wanted| *wanted == found_by)
        });
        let mut expected: Vec<_> = tasks.into_iter().map(|task| task.id).collect();
        if ascending {
            expected.reverse();
        }
        let order = if ascending { "asc" } else { "desc" };
        let filter = status.map(|status| format!("&status={status}")).unwrap_or_default();
        let mut target = Some(format!("/tasks?limit={limit}&order={order}{filter}"));
        let mut pages: Vec<Vec<String>> = Vec::new();
        let mut back = None;
        while let Some(next) = target {
            let response = get(&emulator, &next);
            pages.push(response.ids());
            target = link(&emulator, &response, "next");
            back = link(&emulator, &response, "prev");
        }
        prop_assert_eq!(pages.concat(), expected);
        // And back again, over the same pages.
        for page in pages[..pages.len() - 1].iter().rev().take(5) {
            let response = get(&emulator, &back.expect("a page comes before this one"));
            let ids = response.ids();
            prop_assert_eq!(&ids, page);
            back = link(&emulator, &response, "prev");
        }
    }
}

/// The target of a link of the response.
fn link(emulator: &Emulator, response: &http::Response, relation: &str) -> Option<String> {
    let links = response.header("link")?;
    let end = links.find(&format!(">; rel=\"{relation}\""))?;
    let start = links[..end].rfind('<')? + 1;
    let target = links[start..end].strip_prefix(emulator.base_url());
    Some(target.expect("a link leads to the emulator").to_owned())
}
