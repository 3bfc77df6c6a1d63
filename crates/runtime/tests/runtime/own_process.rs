//! Tests that need what all threads of a process share: its environment, its `tracing`.

/// Runs one test, which is otherwise ignored, in a process of its own, which has these environment variables.
pub fn in_own_process(test: &str, variables: &[(&str, &str)]) {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&status.stdout).into_owned() + &String::from_utf8_lossy(&status.stderr);
    assert!(status.status.success() && shown.contains("1 passed"), "{shown}");
}
