//! Runs `cargo xtask spec` as a maintainer does, in temporary repositories.

mod support;

use std::fs;
use std::process::Command;

use support::{Folder, Run};

const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers:
  - url: https://api.example.com
paths:
  /pets:
    get:
      operationId: list_pets
      summary: List pets
      description: Every pet.
      parameters:
        - name: limit
          in: query
          description: How many.
          schema: { type: integer, format: int32, minimum: 1, maximum: 100 }
      responses:
        '200':
          description: The pets.
          content:
            application/json:
              schema:
                type: array
                items: { $ref: '#/components/schemas/Pet' }
components:
  schemas:
    Pet:
      description: A pet.
      type: object
      required: [name]
      properties:
        name: { type: string, description: What it answers to., example: Rex }
        age: { type: integer, format: int32, description: In years., nullable: true, example: null }
";

/// A repository with one commit of `openapi.yaml` on `main`.
struct Repository(Folder);

impl Repository {
    fn new() -> Self {
        let repository = Self(Folder::new());
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write("openapi.yaml", PETS);
        repository.commit();
        repository
    }

    fn write(&self, path: &str, text: &str) {
        self.0.write(path, text);
    }

    fn replace(&self, from: &str, to: &str) {
        self.0.replace("openapi.yaml", from, to);
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(["-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(&self.0.path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Change"]);
    }

    fn run(&self, arguments: &[&str]) -> String {
        self.0.run(&[&["spec"], arguments].concat()).to_string()
    }
}

#[test]
fn help() {
    let repository = Repository::new();
    insta::assert_snapshot!("help_spec", repository.run(&["--help"]));
    insta::assert_snapshot!("help_spec_diff", repository.run(&["diff", "--help"]));
    insta::assert_snapshot!("help_spec_lint", repository.run(&["lint", "--help"]));
    insta::assert_snapshot!("help_spec_changelog", repository.run(&["changelog", "--help"]));
    insta::assert_snapshot!("help_spec_git_diff", repository.run(&["git-diff", "--help"]));
}

#[test]
fn a_branch_is_compared_with_its_merge_base() {
    let repository = Repository::new();
    assert_eq!(
        repository.run(&["diff"]),
        "exit code 0\n=== stdout ===\nNo change.\n=== stderr ===\n"
    );

    repository.git(&["checkout", "--quiet", "-b", "change"]);
    repository.replace("maximum: 100", "maximum: 50");
    repository.commit();
    repository.replace("description: Every pet.", "description: All pets.");
    // A later change of `main` is not part of this change.
    repository.git(&["stash", "--quiet"]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.replace("minimum: 1", "minimum: 0");
    repository.commit();
    repository.git(&["checkout", "--quiet", "change"]);
    repository.git(&["stash", "pop", "--quiet"]);

    let report = repository.run(&["diff"]);
    let base = report
        .split_once("old ")
        .unwrap()
        .1
        .split_once(':')
        .unwrap()
        .0
        .to_owned();
    assert_eq!(base.len(), 12);
    insta::assert_snapshot!("diff_of_a_branch", report.replace(&base, "REVISION"));
    // From any folder of the workspace.
    repository.write("docs/empty", "");
    let docs = repository.0.path.join("docs");
    let output = repository.0.command(&["spec", "diff"]).current_dir(docs).output();
    assert_eq!(Run::from(output.unwrap()).to_string(), report);
}

#[test]
fn the_default_branch_is_the_one_of_the_remote() {
    let repository = Repository::new();
    repository.git(&["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    repository.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    repository.replace("maximum: 100", "maximum: 50");
    repository.commit();
    let report = repository.run(&["diff"]);
    assert!(report.contains("request-parameter-max-decreased"), "{report}");
}

#[test]
fn revisions_and_files() {
    let repository = Repository::new();
    repository.replace("maximum: 100", "maximum: 50");
    repository.write("other.yaml", &PETS.replace("1.0.0", "1.0.1"));
    for (old, new) in [
        (vec!["main:openapi.yaml"], "maximum"),
        (vec!["HEAD:openapi.yaml", "openapi.yaml"], "maximum"),
        (vec![":openapi.yaml", "openapi.yaml"], "maximum"),
        (vec!["HEAD:openapi.yaml", "other.yaml"], "version of the API"),
        (vec!["other.yaml", "HEAD:openapi.yaml"], "version of the API"),
    ] {
        let report = repository.run(&[vec!["diff"], old].concat());
        assert!(report.contains(new) && report.starts_with("exit code 0"), "{report}");
    }
}

#[test]
fn formats() {
    let repository = Repository::new();
    repository.replace("operationId: list_pets", "operationId: pets");
    repository.replace("maximum: 100", "maximum: 50");
    for format in ["markdown", "github", "json"] {
        let report = repository.run(&["diff", "HEAD:openapi.yaml", "openapi.yaml", "--format", format]);
        insta::assert_snapshot!(format!("diff_as_{format}"), report);
    }
}

#[test]
fn a_page_for_a_browser() {
    let repository = Repository::new();
    repository.replace("operationId: list_pets", "operationId: pets");
    let run = repository.run(&["diff", "HEAD:openapi.yaml", "openapi.yaml", "--format", "html"]);
    let (_, page) = run.split_once("=== stdout ===\n").unwrap();
    assert!(page.starts_with("<!DOCTYPE html>\n"), "{page}");
    for shown in [
        "<td class=\"old\">      operationId: <mark>list_pets</mark></td>",
        "<td class=\"new\">      operationId: <mark>pets</mark></td>",
        "<summary>Public items of the Rust client</summary>",
    ] {
        assert!(page.contains(shown), "{shown}\n{page}");
    }
}

/// The fingerprints of the changes of the working tree.
fn fingerprints(repository: &Repository) -> Vec<String> {
    let run = repository
        .0
        .run(&["spec", "diff", "HEAD:openapi.yaml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let changes = report["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| change["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

fn approval(fingerprint: &str) -> String {
    format!(
        "[[approved]]\nfingerprint = \"{fingerprint}\"\nreason = \"Nobody sends it.\"\nby = \"Ada\"\non = 2026-11-27\n"
    )
}

#[test]
fn approvals() {
    let repository = Repository::new();
    repository.replace("operationId: list_pets", "operationId: pets");
    repository.replace("maximum: 100", "maximum: 50");
    let diff = |more: &[&str]| repository.run(&[&["diff", "HEAD:openapi.yaml"], more].concat());
    let fails = |more: &[&str]| diff(more).starts_with("exit code 1");
    let [bound, method] = fingerprints(&repository).try_into().unwrap();
    repository.write(".spec-review.toml", &approval(&bound));
    assert!(!fails(&["--fail-on", "error"]) && fails(&["--fail-on", "major"]));
    // The policy is that of the workspace, also in another folder and with both documents named.
    repository.write("docs/old.yaml", PETS);
    let output = repository
        .0
        .command(&["spec", "diff", "old.yaml", "../openapi.yaml", "--fail-on", "error"])
        .current_dir(repository.0.path.join("docs"))
        .output();
    let run = Run::from(output.unwrap());
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout.contains("approved by Ada on 2026-11-27: Nobody sends it."),
        "{run}"
    );

    repository.write(".spec-review.toml", &[approval(&bound), approval(&method)].concat());
    assert!(!fails(&["--fail-on", "major"]) && !fails(&["--fail-on", "warning"]));
    assert!(fails(&["--require-bump"]), "approved changes need a new version too");

    // The fingerprint does not depend on the line, but on the value.
    repository.replace("openapi: 3.0.3\n", "# Pets.\n\nopenapi: 3.0.3\n");
    assert!(!fails(&["--fail-on", "error"]));
    repository.replace("maximum: 50", "maximum: 40");
    assert!(fails(&["--fail-on", "error"]));
    insta::assert_snapshot!("diff_with_an_approval_of_nothing", diff(&[]));

    repository.write("other.toml", "[severity]\nrequest-parameter-max-decreased = 'info'\n");
    assert!(!fails(&["--fail-on", "error", "--policy", "other.toml"]));
    repository.write("other.toml", &approval("123"));
    insta::assert_snapshot!("diff_with_a_malformed_policy", diff(&["--policy", "other.toml"]));
    insta::assert_snapshot!("diff_without_the_policy", diff(&["--policy", "none.toml"]));
}

/// The number of days between a deprecation and its sunset is that of the policy.
#[test]
fn sunset_days() {
    let repository = Repository::new();
    repository.replace(
        "operationId: list_pets",
        "operationId: list_pets\n      deprecated: true\n      x-sunset: 2020-01-01",
    );
    let diff = || repository.run(&["diff", "HEAD:openapi.yaml", "--fail-on", "error"]);
    assert!(diff().starts_with("exit code 0"), "{}", diff());
    repository.write(".spec-review.toml", "sunset-days = 90\n");
    let run = diff();
    assert!(run.starts_with("exit code 1"), "{run}");
    assert!(run.contains("error[api-sunset-date-too-small]"), "{run}");
    assert!(run.contains("callers need 90 days"), "{run}");
}

/// Runs `git` with the environment of a user.
fn git_diff(repository: &Repository, more: &[&str]) -> Run {
    let mut git = Command::new("git");
    git.args(["-c", "core.autocrlf=false"]).args(more);
    let command = repository.0.command(&[]);
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => git.env(key, value),
            None => git.env_remove(key),
        };
    }
    git.current_dir(&repository.0.path)
        .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_PAGER_IN_USE");
    Run::from(git.output().unwrap())
}

#[test]
fn in_git_diff() {
    let repository = Repository::new();
    let ours = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.gitattributes")).unwrap();
    let line = ours.lines().find(|line| line.contains("diff=spec-review")).unwrap();
    repository.write(".gitattributes", &format!("# As in this repository.\n{line}\n"));
    repository.commit();
    repository.replace("maximum: 100", "maximum: 50");
    repository.write("other.txt", "new\n");
    repository.git(&["add", "other.txt"]);

    let plain = git_diff(&repository, &["diff", "HEAD"]);
    assert!(
        plain.stdout.contains("diff --git a/openapi.yaml b/openapi.yaml"),
        "no driver yet: {plain}"
    );
    let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/spec-review.md")).unwrap();
    assert!(docs.contains("git config diff.spec-review.command 'cargo xtask spec git-diff'"));
    repository.git(&["config", "diff.spec-review.command", "\"$XTASK\" spec git-diff"]);
    insta::assert_snapshot!("git_diff", git_diff(&repository, &["diff", "HEAD"]));

    // Colours follow the settings of git.
    let coloured = git_diff(&repository, &["-c", "color.ui=always", "diff"]);
    assert!(
        coloured
            .stdout
            .contains("\u{1b}[1;31merror[request-parameter-max-decreased]"),
        "{coloured}"
    );
    assert!(!git_diff(&repository, &["diff"]).stdout.contains('\u{1b}'));

    // A malformed document, with control characters that would affect a terminal.
    repository.replace("paths:\n", "paths: [\u{202e}\u{1b}[31m\rgone\n");
    let broken = git_diff(&repository, &["diff"]);
    assert_eq!(broken.code, 0, "{broken}");
    assert!(broken.stdout.contains("+paths: [\\u{202e}\\u{1b}[31m\\r"), "{broken}");
    assert!(broken.stdout.contains("\nno review: "), "{broken}");
    assert!(!broken.stdout.contains(['\u{1b}', '\u{202e}', '\r']), "{broken}");

    // A document that was removed, and one that was added.
    repository.write("openapi.yaml", PETS);
    repository.git(&["rm", "--quiet", "--cached", "openapi.yaml"]);
    let gone = git_diff(&repository, &["diff", "--cached"]);
    assert!(gone.stdout.contains("--- a/openapi.yaml\n+++ /dev/null\n"), "{gone}");
    let there = git_diff(&repository, &["diff", "-R", "--cached"]);
    assert!(there.stdout.contains("--- /dev/null\n+++ b/openapi.yaml\n"), "{there}");
    for run in [gone, there] {
        assert_eq!(run.code, 0, "{run}");
    }
}

/// For an unresolved conflict, git passes only the path.
#[test]
fn in_git_diff_of_a_conflict() {
    let repository = Repository::new();
    repository.write(".gitattributes", "/openapi.yaml diff=spec-review\n");
    repository.commit();
    repository.git(&["config", "diff.spec-review.command", "\"$XTASK\" spec git-diff"]);
    repository.git(&["checkout", "--quiet", "-b", "change"]);
    repository.replace("maximum: 100", "maximum: 50");
    repository.commit();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.replace("maximum: 100", "maximum: 40");
    repository.commit();
    let merge = Command::new("git")
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "merge",
            "--quiet",
            "change",
        ])
        .current_dir(&repository.0.path)
        .output();
    assert!(!merge.unwrap().status.success());
    let run = git_diff(&repository, &["diff", "--cached"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("* Unmerged path openapi.yaml\n"), "{run}");
}

#[test]
fn fail_on() {
    let repository = Repository::new();
    let diff = |more: &[&str]| repository.run(&[&["diff", "HEAD:openapi.yaml"], more].concat());
    let code = |more: &[&str]| diff(more).lines().next().unwrap().to_owned();
    let all = [["--fail-on", "error"], ["--fail-on", "warning"], ["--fail-on", "major"]];
    assert!(all.iter().all(|option| code(option) == "exit code 0"));
    assert_eq!(code(&["--require-bump"]), "exit code 0");

    repository.replace("operationId: list_pets", "operationId: pets");
    assert_eq!(
        all.map(|option| code(&option)),
        ["exit code 0", "exit code 0", "exit code 1"]
    );
    repository.replace("        age:", "        x-unknown:");
    assert_eq!(
        all.map(|option| code(&option)),
        ["exit code 0", "exit code 1", "exit code 1"]
    );
    repository.replace("maximum: 100", "maximum: 50");
    assert_eq!(
        all.map(|option| code(&option)),
        ["exit code 1", "exit code 1", "exit code 1"]
    );
    let errors: Vec<String> = all
        .iter()
        .map(|option| option.as_slice())
        .chain([["--require-bump"].as_slice()])
        .map(|option| diff(option).split_once("=== stderr ===\n").unwrap().1.to_owned())
        .collect();
    insta::assert_snapshot!("diff_fails", errors.concat());
    repository.replace("version: 1.0.0", "version: 2.0.0");
    assert_eq!(code(&["--require-bump"]), "exit code 0");
}

#[test]
fn documents_that_cannot_be_read() {
    let repository = Repository::new();
    repository.write("docs/one.yaml", PETS);
    repository.commit();
    repository.write("broken.yaml", "paths: [\n");
    repository.write(
        "refused.yaml",
        &PETS.replace("type: string,", "type: string, enum: [a], x-enum-descriptions: a,"),
    );
    let runs = [
        repository.run(&["diff", "nowhere.yaml", "openapi.yaml"]),
        repository.run(&["diff", "nowhere:openapi.yaml"]),
        repository.run(&["diff", "main"]),
        repository.run(&["diff", "HEAD:nowhere.yaml"]),
        repository.run(&["diff", "HEAD:docs"]),
        repository.run(&["diff", "--", "--output=x:openapi.yaml"]),
        repository.run(&["diff", "broken.yaml", "openapi.yaml"]),
        repository.run(&["diff", "openapi.yaml", "refused.yaml"]),
    ];
    insta::assert_snapshot!("diff_cannot_read", runs.join("\n"));

    repository.git(&["branch", "--move", "main", "other"]);
    insta::assert_snapshot!("diff_without_default_branch", repository.run(&["diff"]));
    repository.git(&["branch", "main"]);
    repository.git(&["checkout", "--quiet", "--orphan", "new"]);
    repository.commit();
    insta::assert_snapshot!("diff_without_merge_base", repository.run(&["diff"]));
}

#[test]
fn outside_of_a_repository() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.0.path.join(".git")).unwrap();
    insta::assert_snapshot!("diff_outside", repository.run(&["diff"]));
    let report = repository.run(&["diff", "openapi.yaml", "openapi.yaml"]);
    assert!(report.starts_with("exit code 0"), "{report}");
}

#[test]
fn changelog() {
    let repository = Repository::new();
    let entry = |repository: &Repository| repository.run(&["changelog", "HEAD:openapi.yaml", "openapi.yaml"]);
    insta::assert_snapshot!("changelog_nothing", entry(&repository));
    repository.replace("operationId: list_pets", "operationId: pets\n      deprecated: true");
    repository.replace("        age:", "        years:");
    insta::assert_snapshot!("changelog", entry(&repository));
}

#[test]
fn lint() {
    let repository = Repository::new();
    insta::assert_snapshot!("lint_nothing", repository.run(&["lint"]));
    repository.replace("operationId: list_pets", "operationId: listPets");
    repository.replace("      summary: List pets\n      description: Every pet.\n", "");
    repository.replace("          description: How many.\n", "");
    repository.replace("description: What it answers to., example: Rex", "example: 7");
    repository.replace("nullable: true, ", "");
    repository.replace(
        "    Pet:\n      description: A pet.\n",
        "    kind:\n      type: string\n      enum: [cat, dog]\n      x-enum-descriptions: { cat: Meows. }\n    Pet:\n",
    );
    repository.replace(
        "properties:\n",
        "properties:\n        petMood: { description: Its mood., type: string, enum: [calm] }\n",
    );
    repository.replace(
        "                items: { $ref: '#/components/schemas/Pet' }\n",
        "                items: { $ref: '#/components/schemas/Pet' }\n              \
         examples: { one: { value: [{ age: 3 }] } }\n",
    );
    insta::assert_snapshot!("lint", repository.run(&["lint", "openapi.yaml"]));
    // Errors of OpenAPI, and errors of the generator.
    for (from, to, finding) in [
        ("in: query", "in: body", "`body` is not a value of `in`"),
        (
            "enum: [calm]",
            "enum: [calm], x-enum-descriptions: Calm",
            "`x-enum-descriptions` must map values to texts",
        ),
    ] {
        repository.replace(from, to);
        let report = repository.run(&["lint"]);
        repository.replace(to, from);
        assert!(
            report.starts_with("exit code 1") && report.contains("1 error") && report.contains(finding),
            "{report}"
        );
    }
}

#[test]
fn lint_of_examples() {
    let repository = Repository::new();
    repository.replace(
        "        age: {",
        "        born: { type: string, description: When., format: date-time, example: yesterday }
        key: { type: string, description: Which., format: uuid, example: one }
        rank: { type: integer, description: Of all., format: int32, example: 3000000000 }
        good: { type: string, description: When., format: date-time, example: '2025-01-01T00:00:00Z' }
        same: { type: string, description: Which., format: uuid, example: 7d444840-9dc0-11d1-b245-5ffdce74fad2 }
        home:
          description: Where.
          nullable: true
          allOf: [{ $ref: '#/components/schemas/Home' }]
          example: { city: 3 }
        away:
          description: Where.
          nullable: true
          allOf: [{ $ref: '#/components/schemas/Home' }]
          example: null
        age: {",
    );
    repository.replace(
        "    Pet:\n",
        "    Home:
      description: A home.
      type: object
      properties:
        city: { type: string, description: Its city. }
    Pet:
",
    );
    insta::assert_snapshot!("lint_of_examples", repository.run(&["lint"]));
}

/// What is found in a document of 3.1 is shown as it is written there, not as it is read: there is a `const`, a list of
/// types, and a schema beside a `$ref`.
#[test]
fn lint_of_3_1() {
    let repository = Repository::new();
    repository.replace("openapi: 3.0.3", "openapi: 3.1.0");
    repository.replace("nullable: true, example: null", "example: old");
    repository.replace(
        "{ type: integer, format: int32, description: In",
        "{ type: [integer, \"null\"], description: In",
    );
    repository.replace(
        "        age: {",
        "        kind: { const: cat, description: Which., examples: [dog] }
        friend: { $ref: '#/components/schemas/Pet', description: Another., examples: [{ age: 3 }] }
        weight: { type: number, description: In kilograms., exclusiveMinimum: 0, examples: [0] }
        age: {",
    );
    insta::assert_snapshot!("lint_of_3_1", repository.run(&["lint"]));
    repository.replace("schemas/Pet', description", "schemas/Pets', description");
    insta::assert_snapshot!("lint_of_3_1_errors", repository.run(&["lint"]));
}
