//! Runs that end otherwise than they were meant to, in processes of their own.
#![cfg(unix)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A run that would take minutes, and need little enough room that no disk refuses it.
const ENDLESS: [&str; 6] = ["run", "mixed", "--time", "10000 s", "--out", "out"];

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pontine-ends-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn pontine(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pontine"));
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits until a run has written some chunks.
fn writing(folder: &Path, child: &mut Child) {
    let (chunks, started) = (folder.join("out/recording.chunks"), Instant::now());
    while fs::metadata(&chunks).map_or(0, |file| file.len()) < 50_000 {
        assert!(child.try_wait().unwrap().is_none(), "the run ended by itself");
        assert!(started.elapsed() < Duration::from_secs(30), "nothing is written");
        sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn ended(name: &str, by: &str) -> (Output, PathBuf) {
    let folder = folder(name);
    let mut child = pontine(&folder, &ENDLESS).spawn().unwrap();
    writing(&folder, &mut child);
    signal(&child, by);
    (child.wait_with_output().unwrap(), folder)
}

fn n_steps(folder: &Path) -> u64 {
    let path = folder.join("out/recording.npz");
    let (recording, manifest) = pontine_io::read_recording(&path).unwrap();
    let samples = recording.samples("Probe:signal").unwrap();
    // The model samples every millisecond and steps ten times in it.
    assert_eq!(samples.len() as u64, manifest.n_steps / 10);
    manifest.n_steps
}

#[test]
fn ctrl_c_ends_a_run_at_a_whole_step_and_keeps_what_it_recorded() {
    let (output, folder) = ended("interrupt", "-INT");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    let steps = n_steps(&folder);
    assert!(err.contains(&format!("ended by Ctrl-C after {steps} of 100000000 steps")), "{err}");
    assert!(out.contains(&format!("ran {steps} steps in")), "{out}");
    assert!(folder.join("out/summary.json").exists());
    assert!(!folder.join("out/recording.chunks").exists());
}

#[test]
fn a_run_that_was_ended_can_be_gone_on_with() {
    let folder = folder("go_on");
    let state = [&ENDLESS[..], &["--save-state", "half.state"]].concat();
    let mut child = pontine(&folder, &state).spawn().unwrap();
    writing(&folder, &mut child);
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let first = n_steps(&folder);
    let rest = ["run", "mixed", "--time", "10 ms", "--out", "rest", "--load-state", "half.state"];
    let output = pontine(&folder, &rest).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let path = folder.join("rest/recording.npz");
    let manifest = pontine_io::read_recording(&path).unwrap().1;
    assert_eq!((manifest.first_step, manifest.n_steps), (first, first + 100));
}

/// 120 MB are recorded.
#[test]
#[cfg(target_os = "linux")]
fn what_is_recorded_does_not_stay_in_memory() {
    let folder = folder("bounded");
    let model = "[model]\nname = 'wide'\ntime = '1 s'\ndt = '0.1 ms'\nrecord = ['E.v', 'E']\n\
                 [[population]]\nlabel = 'E'\nsize = 1500\ncell = 'IF_curr_exp'\n\
                 parameters = { i_offset = '1.5 nA' }\n";
    fs::write(folder.join("wide.toml"), model).unwrap();
    let run = ["run", "wide.toml", "--no-plot", "--out", "out"];
    let output = pontine(&folder, &run).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert!(fs::metadata(folder.join("out/recording.npz")).unwrap().len() > 120_000_000);
    let summary = fs::read_to_string(folder.join("out/summary.json")).unwrap();
    let (_, peak) = summary.split_once("\"peak_memory_bytes\": ").unwrap();
    let peak: u64 = peak.split(',').next().unwrap().parse().unwrap();
    assert!(peak < 80_000_000, "{peak}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_is_killed_leaves_its_chunks_which_are_not_written_over() {
    let (output, folder) = ended("kill", "-KILL");
    assert_eq!(output.status.code(), None);
    let again = pontine(&folder, &ENDLESS).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    let err = text(&again.stderr);
    assert!(err.contains("`pontine recover out` keeps what it has"), "{err}");
    let recovered = pontine(&folder, &["recover", "out"]).output().unwrap();
    assert_eq!((recovered.status.code(), text(&recovered.stderr)), (Some(0), String::new()));
    let steps = n_steps(&folder);
    assert!(steps > 0 && text(&recovered.stdout).contains(&format!("recovered {steps} steps")));
    let nothing = pontine(&folder, &["recover", "out"]).output().unwrap();
    assert_eq!(nothing.status.code(), Some(2));
    let err = text(&nothing.stderr);
    assert!(err.contains("out: there is nothing to recover"), "{err}");
}

/// A limit on the size of files stands for a full disk.
#[test]
fn a_disk_that_is_full_ends_a_run_and_what_came_before_can_be_recovered() {
    let folder = folder("full");
    let within = |blocks: u32, arguments: &[&str]| {
        let words: Vec<_> = arguments.iter().map(|word| format!("'{word}'")).collect();
        let binary = env!("CARGO_BIN_EXE_pontine");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {binary} {}", words.join(" "));
        let output =
            Command::new("sh").args(["-c", &script]).current_dir(&folder).output().unwrap();
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{err}");
        err
    };
    let err = within(200, &ENDLESS);
    assert!(
        err.contains("out/recording.chunks: cannot be written; `pontine recover out`"),
        "{err}"
    );
    // While it is packed there may be no room either; that is told once, and the chunks stay.
    let err = within(20, &["recover", "out"]);
    assert!(err.contains("out/recording.npz: cannot be written"), "{err}");
    assert_eq!((err.lines().count(), err.matches("os error").count()), (2, 1), "{err}");
    let recovered = pontine(&folder, &["recover", "out"]).output().unwrap();
    assert_eq!((recovered.status.code(), text(&recovered.stderr)), (Some(0), String::new()));
    assert!(n_steps(&folder) > 0);
}

#[test]
fn nothing_but_errors_goes_to_the_terminals_stream_unless_one_asks() {
    let folder = folder("log");
    let run = |more: &[&str]| {
        let short = ["run", "communication_channel", "--time", "10 ms", "--out", "out"];
        pontine(&folder, &[&short, more].concat()).output().unwrap()
    };
    assert_eq!(text(&run(&[]).stderr), "");
    let told = text(&run(&["-v"]).stderr);
    for part in ["INFO loaded", "INFO built", "INFO ran"] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
    assert!(!told.contains('\x1b'), "no colours where no terminal is: {told}");
    assert!(text(&run(&["-vv"]).stderr).contains("DEBUG chunk"));
}
