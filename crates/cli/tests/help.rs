//! Help, completions and manual pages, as a person sees them.

mod support;

use ittybit::builder::ListTasks;
use support::run;

// What help looks like is tested with a document that does not change: that of `tests/media`.

#[test]
fn every_operation_is_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(&["man", "--directory", folder.path().to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    let pages: Vec<String> = folder
        .path()
        .read_dir()
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    for operation in ittybit::operation::OPERATIONS {
        let summary = operation.summary.replace('-', "\\-");
        let is_its = |page: &&String| page.contains(&summary);
        assert!(pages.iter().any(|page| is_its(&page)), "{}", operation.id);
    }
}

#[test]
fn the_help_of_the_key_warns_of_the_process_list() {
    let help = run(&["--help"]).out;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        help.contains("Other users of this machine can see it in the list of processes"),
        "{help}"
    );
    assert!(help.contains("[env: ITTYBIT_API_KEY]"), "{help}");
}

#[test]
fn help_has_the_texts_of_the_document() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = words(&run(&["tasks", "list", "--help"]).out);
    let says = |text: &str| assert!(help.contains(&words(text)), "no `{text}` in: {help}");
    says(ListTasks::OPERATION.description);
    for parameter in ListTasks::OPERATION.parameters {
        let flag = parameter.name.replace('_', "-");
        let value_name = parameter.name.to_uppercase();
        says(&format!("--{flag} <{value_name}> {}", parameter.description));
        for (value, about) in parameter.values {
            match about.trim_end_matches('.') {
                "" => says(&format!("- {value}")),
                about => says(&format!("- {value}: {about}")),
            }
        }
    }
}

#[test]
fn version() {
    assert_eq!(
        run(&["--version"]).out,
        concat!("ittybit ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn completions_know_values_of_the_document() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&["completions", shell]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        for word in ["created-by", "adaptive_video"] {
            // PowerShell and elvish complete no values.
            let values = ["bash", "fish", "zsh"].contains(&shell);
            assert_eq!(
                ran.out.contains(word),
                values || word != "adaptive_video",
                "{shell}: {word}"
            );
        }
    }
}

#[test]
fn manual_pages() {
    let page = run(&["man", "tasks", "list"]);
    assert_eq!(page.code, Some(0));
    assert!(page.out.contains("Get a paginated list of your tasks."), "{}", page.out);
    let wrong = run(&["man", "tasks", "lists"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong
            .err
            .starts_with("error: there is no command `lists`\n  tip: there are: "),
        "{}",
        wrong.err
    );

    let folder = tempfile::tempdir().unwrap();
    let ran = run(&["man", "--directory", folder.path().to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    for file in ["ittybit-completions.1", "ittybit-man.1", "ittybit-tasks.1", "ittybit.1"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
    let written = std::fs::read_to_string(folder.path().join("ittybit-tasks-list.1")).unwrap();
    assert_eq!(written, page.out);
}
