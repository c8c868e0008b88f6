//! What is wrong is told with file, place, object, and what was expected.

use pontine_catalogue as _;
use pontine_io::{Format, ModelFile};
use proptest::prelude::*;

const HEAD: &str = "[model]\nname = 'm'\n";

fn message(text: &str) -> String {
    match ModelFile::parse("m.toml", text, Format::Toml).and_then(|file| file.load()) {
        Ok(_) => "no fault".into(),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(message(&format!("{HEAD}{body}")), expected);
}

fn population(keys: &str) -> String {
    format!("[[population]]\nlabel = 'E'\nsize = 10\ncell = 'IF_curr_exp'\n{keys}\n")
}

#[track_caller]
fn check_population(keys: &str, expected: &str) {
    check(&population(keys), expected);
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest() {
    check_population(
        "sze = 3",
        "m.toml:7: population `E`: unknown key `sze`; did you mean `size`?",
    );
    check("[[poplation]]", "m.toml:3: unknown key `poplation`; did you mean `population`?");
    check_population(
        "parameters = { tau_n = '1 ms' }",
        "m.toml:7: population `E`: `IF_curr_exp` has no parameter `tau_n`; did you mean `tau_m`?",
    );
}

#[test]
fn a_key_of_the_model_that_stands_above_it_is_told_its_section() {
    assert_eq!(
        message(&format!("record = ['E.v']\n{HEAD}{}", population(""))),
        "m.toml:1: unknown key `record`; it stands in the section `[model]`",
    );
}

#[test]
fn a_bare_number_is_told_its_unit() {
    check_population(
        "parameters = { tau_m = 20 }",
        "m.toml:7: population `E`: `tau_m` is 20 without a unit, but is measured in ms; \
         write it with its unit, such as \"20 ms\"",
    );
    check_population(
        "initial = { v = { distribution = 'normal', mu = '-58 mV', sigma = 5.5 } }",
        "m.toml:7: population `E`: `sigma` is 5.5 without a unit, but is measured in mV; \
         write it with its unit, such as \"5.5 mV\"",
    );
}

#[test]
fn nan_is_no_number_whatever_its_unit() {
    check_population(
        "parameters = { tau_m = nan }",
        "m.toml:7: population `E`: `tau_m` is NaN, but must be a number, in ms",
    );
}

#[test]
fn a_wrong_unit_is_told_the_right_one() {
    check_population(
        "parameters = { tau_m = '20 mV' }",
        "m.toml:7: population `E`: `tau_m` is given in mV, but is measured in ms",
    );
    check("time = '5 mV'\n", "m.toml:3: model: `time` is given in mV, but is measured in s");
}

#[test]
fn units_are_checked_within_expressions() {
    check(
        "[parameters]\na = '1 ms + 1 mV'",
        "m.toml:4: parameters: in `1 ms + 1 mV`: ms and mV do not go together",
    );
    check(
        "[parameters]\na = 'exp(2 ms)'",
        "m.toml:4: parameters: in `exp(2 ms)`: `exp` takes a number without a unit, not one in ms",
    );
}

#[test]
fn a_number_with_a_unit_has_no_place_in_an_expression_for_cells() {
    check_population(
        "parameters = { tau_m = { expression = '20 ms + i', unit = 'ms' } }",
        "m.toml:7: population `E`: a number has no unit in an expression for cells or synapses: it \
         counts in ms, mV, nA, nF, uS and Hz, and `unit` tells that of the result; parameters may \
         stand in it",
    );
}

#[test]
fn definitions_in_a_circle_are_named() {
    check(
        "[parameters]\na = 'b + 1'\nb = '2 * c'\nc = 'a'",
        "m.toml:4: parameters: `a`, `b`, `c` depend on one another in a circle",
    );
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    check(
        "[parameters]\nscale = 1\na = '2 * scal'",
        "m.toml:5: parameters: unknown name `scal`; did you mean `scale`?",
    );
    check_population(
        "when = 'roud(2) > 1'",
        "m.toml:7: population `E`: unknown function `roud`; did you mean `round`?",
    );
    let receptor = "[[projection]]\nsource = 'E'\ntarget = 'E'\nreceptor = 'excitatry'";
    check(
        &(population("") + receptor),
        "m.toml:11: projection: unknown receptor `excitatry`; did you mean `excitatory`?",
    );
    let target = "[[projection]]\nsource = 'E'\ntarget = 'F'";
    check(&(population("") + target), "m.toml:10: projection: unknown population or view `F`");
}

#[test]
fn connectors_and_distributions_are_looked_up() {
    let connector = |text: &str| {
        population("")
            + "[[projection]]\nsource = 'E'\ntarget = 'E'\nreceptor = 'excitatory'\n\
               weight = '1 nA'\ndelay = '1 ms'\n"
            + text
    };
    check(
        &connector("connector = { kind = 'all_to_al' }"),
        "m.toml:14: projection: no connector is called `all_to_al`; did you mean `all_to_all`?",
    );
    check(
        &connector("connector = { kind = 'fixed_probability', p_conect = 0.1 }"),
        "m.toml:14: projection: `fixed_probability` has no parameter `p_conect`; \
         did you mean `p_connect`?",
    );
    check_population(
        "initial = { v = { distribution = 'norml', mu = '0 mV' } }",
        "m.toml:7: population `E`: no distribution is called `norml`; did you mean `normal`?",
    );
}

#[test]
fn shapes_that_do_not_fit_are_told_with_their_line() {
    let nodes = "[[node]]\nlabel = 'a'\nsize = 2\n[[node]]\nlabel = 'b'\nsize = 3\n";
    check(
        &format!("{nodes}[[connection]]\nlabel = 'c'\npre = 'a'\npost = 'b'\ntransform = [[1, 2]]"),
        "m.toml:9: `Connection:c`: transform has shape [1, 2], but joins 2 to 3 dimensions",
    );
    check(
        "[axes]\np = ['a', 'b']\n[parameters.n]\naxes = ['p']\nvalues = [1, 2, 3]",
        "m.toml:5: parameters: `n` is of shape [3], but must be of shape [2], as its axes are",
    );
}

#[test]
fn a_transform_between_worlds_has_a_unit() {
    let both = population("") + "[[ensemble]]\nlabel = 'a'\nn_neurons = 10\n";
    check(
        &(both + "[[connection]]\npre = 'a'\npost = 'E.i_inj'\ntransform = 0.5"),
        "m.toml:14: connection: `transform` is 0.5 without a unit, but is measured in nA; \
         write it with its unit, such as \"0.5 nA\"",
    );
}

#[test]
fn all_faulty_objects_are_told_and_copies_of_a_fault_once() {
    check(
        "[axes]\np = ['a', 'b', 'c']\n[[population]]\nfor = ['p']\nlabel = '{p}'\nsize = 1.5\n\
         cell = 'IF_curr_exp'\n[[node]]\nlabel = 'n'\nsize = '1 mV'",
        "m.toml:8: population `a`: `size` is 1.5, but must be a whole number, not negative; \
         `rint(…)` rounds\n\
         m.toml:12: node `n`: `size` is given in mV, but is measured in no unit",
    );
}

#[test]
fn a_fault_is_not_told_again_by_those_who_refer_to_the_object() {
    let referring = "[[view]]\nlabel = 'V'\npopulation = 'a'\nrange = [0, 1]\n\
                     [[projection]]\nsource = 'V'\ntarget = 'b'\n\
                     [[recorder]]\nfor = ['p']\ncells = '{p}'\nvariable = 'spikes'\n\
                     [[connection]]\npre = 'a.spikes'\npost = 'b.i_inj'\n";
    let axes = "[axes]\np = ['a', 'b']\n";
    let population = "[[population]]\nfor = ['p']\nlabel = '{p}'\nsize = 3\n";
    let told = "m.toml:9: population `a`: no mechanism is called `IF_cur_exp`; \
                did you mean `IF_curr_exp`?";
    check(&format!("{axes}{population}cell = 'IF_cur_exp'\n{referring}"), told);
    let text = format!("{axes}{population}cell = 'IF_curr_exp'\nsze = 1\n{referring}");
    let told = "m.toml:10: population `a`: unknown key `sze`; did you mean `size`?";
    check(&text, told);
    let text = format!("{axes}{population}cell = 'IF_curr_exp'\nwhen = 'q'\n{referring}");
    check(&text, "m.toml:10: population `{p}`: unknown name `q`");
}

#[test]
fn what_is_unknown_for_another_reason_is_told_beside_a_fault() {
    let bad = "[[network]]\nlabel = 'n'\nsed = 1\n[[node]]\nwithin = 'n'\nlabel = 'x'\nsize = 1\n";
    check(
        &format!("{bad}[[connection]]\npre = 'n.x'\npost = 'y'\n[[probe]]\ntarget = 'y'"),
        "m.toml:5: network `n`: unknown key `sed`; did you mean `seed`?\n\
         m.toml:14: probe: unknown object `y`",
    );
    check(
        "[[mechanism]]\ntext = 'mechanism {'\n[[population]]\nsize = 1\ncell = 'Mine'",
        &message(&format!("{HEAD}[[mechanism]]\ntext = 'mechanism {{'")),
    );
}

#[test]
fn faults_of_copies_name_the_first_that_fails() {
    check(
        "[axes]\np = ['a', 'b', 'c']\n[[node]]\nfor = ['p']\nlabel = 'node {p}'\n\
         size = 'where(p == a, 1, where(p == b, 0.5, 0.25))'",
        "m.toml:8: node `node b`: `size` is 0.5, but must be a whole number, not negative; \
         `rint(…)` rounds",
    );
}

#[test]
fn a_model_has_a_name_and_a_step() {
    let told = |head: &str| message(&format!("[model]\n{head}"));
    assert_eq!(
        told("name = ''"),
        "m.toml:2: model: `name` is \"\", but must be a name: results go into a folder of that name"
    );
    assert_eq!(
        told("name = 'm'\ndt = '0 s'"),
        "m.toml:3: model: `dt` is \"0 s\", but must be a finite time greater than 0"
    );
}

#[test]
fn long_numbers_and_lines_are_told_in_short() {
    check(
        "[[node]]\nlabel = 'n'\nsize = 1e300",
        "m.toml:5: node `n`: `size`: 1e300, but at most 4294967295 are allowed",
    );
    check_population(
        "parameters = { tau_m = 1e300 }",
        "m.toml:7: population `E`: `tau_m` is 1e300 without a unit, but is measured in ms; \
         write it with its unit, such as \"1e300 ms\"",
    );
    let long = format!("[parameters]\na = '{} + 1 ms'", "1 + ".repeat(1000) + "1");
    let message = message(&format!("{HEAD}{long}"));
    assert!(message.chars().count() < 400 && message.contains('…'), "{message}");
}

#[test]
fn a_key_like_no_other_is_told_the_others() {
    check_population(
        "parameters = {}\nqqq = 1",
        "m.toml:8: population `E`: unknown key `qqq`; \
        known are `label`, `size`, `cell`, `solver`, `parameters`, `initial`, `spike_times`, `within`, `for`, `when`",
    );
}

#[test]
fn a_wrong_slice_names_its_object() {
    check(
        "[[node]]\nlabel = 'a'\nsize = 2\n[[connection]]\npre = 'a[x]'\npost = 'a'",
        "m.toml:7: connection: the slice of `a` is `[x]`, but must be dimensions such as `[0]`, \
         `[0, 2]` or `[0:3]`",
    );
}

#[test]
fn equations_point_at_their_own_line() {
    check(
        "[[mechanism]]\ntext = '''\nmechanism Cell {\n    units population\n    state v = w\n}\n'''",
        "m.toml:7: mechanism: unknown name `w` (available: dt, pi, t, v)\n        state v = w\n\
         \u{20}                 ^",
    );
}

#[test]
fn a_choice_takes_its_options_only() {
    let text = format!("{HEAD}[parameters]\ndrive = {{ choice = 'dc', of = ['dc', 'poisson'] }}");
    let mut file = ModelFile::parse("m.toml", &text, Format::Toml).unwrap();
    file.set("parameters.drive", "poisson").unwrap();
    assert!(file.load().is_ok());
    file.set("parameters.drive", "posson").unwrap();
    assert_eq!(
        file.load().unwrap_err().to_string(),
        "--set parameters.drive: parameters: `drive` is \"posson\", but must be one of `dc`, `poisson`"
    );
    assert_eq!(
        file.set("parameters.driv", "dc").unwrap_err().to_string(),
        "--set parameters.driv: unknown key `driv`; did you mean `drive`?"
    );
}

#[test]
fn settings_reach_objects_by_label() {
    let text = format!("{HEAD}{}", population(""));
    let mut file = ModelFile::parse("m.toml", &text, Format::Toml).unwrap();
    file.set("population.E.size", "33").unwrap();
    file.set("model.time", "2 s").unwrap();
    let loaded = file.load().unwrap();
    assert_eq!(loaded.network.populations.iter().next().unwrap().1.size, 33);
    assert_eq!(loaded.defaults.time_s, 2.0);
}

#[test]
fn json_is_told_by_pointer() {
    let fault = |text: &str| {
        let file = ModelFile::parse("m.json", text, Format::Json);
        file.and_then(|file| file.load()).unwrap_err().to_string()
    };
    assert_eq!(
        fault(r#"{"model": {"name": "m"}, "node": [{"label": "a", "siz": 1}]}"#),
        "m.json:/node/0/siz: node `a`: unknown key `siz`; did you mean `size`?"
    );
    assert!(fault(r#"{"model": {"name": "m", "name": "n"}}"#).contains("`name` is there twice"));
    assert!(fault(&"[".repeat(100_000)).contains("recursion limit"));
}

#[test]
fn what_is_no_json_is_told_by_its_line() {
    let error = ModelFile::parse("m.json", "{\n\"model\": ,\n}", Format::Json).unwrap_err();
    assert_eq!(error.to_string(), "m.json:2: expected value at column 10");
}

#[test]
fn of_many_faults_of_syntax_the_first_are_told() {
    let told = message(&format!("x = {}", "[".repeat(1000)));
    assert_eq!(told.lines().count(), 5, "{told}");
}

#[test]
fn json_and_toml_give_the_same_network() {
    let toml = format!("{HEAD}[parameters]\nn = 3\n[[node]]\nlabel = 'a'\nsize = 'n'");
    let json = r#"{"model": {"name": "m"}, "parameters": {"n": 3},
                   "node": [{"label": "a", "size": "n"}]}"#;
    let load =
        |text: &str, format| ModelFile::parse("m", text, format).unwrap().load().unwrap().network;
    assert_eq!(load(&toml, Format::Toml), load(json, Format::Json));
}

#[test]
fn hostile_files_are_refused_in_no_time() {
    let labels: Vec<_> = (0..3000).map(|i| format!("'l{i}'")).collect();
    let axes = format!("[axes]\np = [{}]\nq = 'p'\nr = 'p'\n", labels.join(", "));
    let told = |body: &str, part: &str| {
        let message = message(&format!("{HEAD}{body}"));
        assert!(message.contains(part), "{message}");
    };
    told(
        &format!("{axes}[[node]]\nfor = ['p', 'q', 'r']\nsize = 1"),
        "at most 1000000 are allowed",
    );
    let table = "[parameters]\na = 'where(p == q, 1, 2) * where(r == q, 1, 2)'";
    told(&format!("{axes}{table}"), "more than 4194304 cells");
    check_population("parameters = { tau_m = { values = [], unit = 'ms' } }", "no fault");
    told(&population("").replace("10", "1e300"), "at most 4294967295 are allowed");
    told(&population("").replace("10", "'0 / 0'"), "must be a whole number");
    told(
        &(population("") + "[[view]]\nlabel = 'v'\npopulation = 'E'\nrange = [0, 4294967295]"),
        "at most 16777216 are allowed",
    );
    for large in [
        "[[node]]\nlabel = 'a'\nsize_in = 4294967295\noutput = 'x[0]'",
        "[[ensemble]]\nlabel = 'a'\nn_neurons = 1\ndimensions = 4294967295\n\
         [[node]]\nlabel = 'b'\nsize = 1\n\
         [[connection]]\npre = 'a'\npost = 'b'\nfunction = 'x[0]'",
    ] {
        told(large, "4294967295 components, but at most 262144 are allowed");
    }
    told(&format!("[parameters]\na = '{}'", "(".repeat(100_000)), "nested more than");
    told(&format!("x = {}", "[".repeat(100_000)), "recursion");
    let chain: Vec<_> = (0..20_000).map(|i| format!("a{i} = 'a{} + 1'", i + 1)).collect();
    told(&format!("[parameters]\n{}\na20000 = 1", chain.join("\n")), "no fault");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn garbage_never_panics(text in "\\PC*", key in "[a-z.]{0,12}", value in "\\PC{0,12}") {
        for format in [Format::Toml, Format::Json] {
            if let Ok(mut file) = ModelFile::parse("m", &text, format) {
                drop(file.set(&key, &value));
                drop(file.load());
            }
        }
    }

    #[test]
    fn garbage_in_the_place_of_a_value_never_panics(
        section in "(population|view|projection|ensemble|node|connection|probe|recorder|reference)",
        key in "(label|size|cell|source|target|pre|post|for|when|parameters|weight|n_neurons|output)",
        value in "('[a-z0-9 +*/(){}\\[\\].,:]{0,12}'|[0-9]{1,9}|-1|inf|nan|\\[1, \\[2\\]\\]|\\{ a = 1 \\}|true)",
    ) {
        drop(message(&format!("{HEAD}[[{section}]]\n{key} = {value}\n")));
    }
}

#[test]
fn a_solver_must_be_known_and_one_for_all_cells_of_a_kind() {
    check_population(
        "solver = 'rk5'",
        "m.toml:7: population `E`: unknown solver `rk5`; did you mean `rk45`?",
    );
    let other = population("").replace("'E'", "'I'");
    let both = format!("{}{other}solver = 'rk4'\n", population("solver = 'euler'"));
    check(
        &both,
        "m.toml:13: population `I`: `solver` is \"rk4\", but must be that of all cells of kind \
         `IF_curr_exp`",
    );
    let both = format!("{}{other}solver = 'rk4'\n", population("solver = 'rk4'"));
    check(&both, "no fault");
}

#[test]
fn what_is_recorded_in_short_is_told_with_the_option_or_the_line() {
    let text = format!("{HEAD}record = ['E.w']\n{}", population(""));
    assert_eq!(
        message(&text),
        "m.toml:3: `Recorder:E.w`: `IF_curr_exp` has no output or state `w`"
    );
}

#[track_caller]
fn check_record(record: &str, expected: &str) {
    let mut file =
        ModelFile::parse("m.toml", &format!("{HEAD}{}", population("")), Format::Toml).unwrap();
    file.record(record).unwrap();
    let error = file.load().map(|_| "no fault").map_err(|error| error.to_string());
    let expected = format!("--record {record}: {expected}");
    assert_eq!(error.unwrap_err(), expected);
}

#[test]
fn a_wrong_record_is_told_by_its_option() {
    check_record("F.v", "unknown object `F.v`");
    check_record(
        "E[3:12].v",
        "a cell of `E` is 10, but must be less than 10, the number of its cells",
    );
    check_record(
        "E[0",
        "what is recorded is \"E[0\", but must be a text in which each `[` has its `]`",
    );
    check_record(
        "E[x].v",
        "the slice of `E` is `[x]`, but must be cells such as `[0]`, `[0, 2]` or `[0:3]`",
    );
    check_record(
        "E.v @ 1",
        "the time between samples is 1 without a unit, but is measured in ms; write it with its unit, such as \"1 ms\"",
    );
    check_record("E.v @ 0 ms", "the time between samples is 0, but must be more than 0");
}

#[test]
fn a_list_of_records_is_a_list() {
    let mut file =
        ModelFile::parse("m.toml", &format!("{HEAD}record = 'E.v'\n"), Format::Toml).unwrap();
    let error = file.load().unwrap_err().to_string();
    assert_eq!(error, "m.toml:3: model: `record` is \"E.v\", but must be a list");
    let error = file.record("E.v").unwrap_err().to_string();
    assert_eq!(error, "m.toml:3: `record` is \"E.v\", but must be a list");
    let mut bare = ModelFile::parse("m.toml", "", Format::Toml).unwrap();
    assert!(
        bare.record("E.v").unwrap_err().to_string().starts_with("m.toml:1: `model` is missing")
    );
}

#[test]
fn products_are_told_what_does_not_fit() {
    let projection = |connector: &str, more: &str| {
        population("")
            + "[[projection]]\nlabel = 'p'\nsource = 'E'\ntarget = 'E'\nreceptor = 'excitatory'\n\
               weight = '1 nA'\ndelay = '1 ms'\n"
            + &format!("connector = {connector}\n{more}")
    };
    let told = |connector: &str, expected: &str| check(&projection(connector, ""), expected);
    told(
        "{ kind = 'factored', encoders = [[1]] }",
        "m.toml:15: projection `p`: `decoders` is missing; expected a matrix of what is decoded by source",
    );
    told(
        "{ kind = 'blocks', decoders = [[1]] }",
        "m.toml:15: projection `p`: unknown key `decoders`; known are `kind`, `blocks`",
    );
    told(
        "{ kind = 'factored', decoders = [[1], [2, 3]] }",
        "m.toml:15: projection `p`: `decoders` is a list, but must be rows of equal length",
    );
    told(
        "{ kind = 'factored', decoders = [[1]] }",
        "m.toml:8: `Projection:p`: decoders has shape [1, 1], but [1, 10] is needed",
    );
    told(
        "{ kind = 'blocks', blocks = [{ sorce = [1], decoders = [[1]] }] }",
        "m.toml:15: projection `p`: unknown key `sorce`; did you mean `source`?",
    );
    told(
        "{ kind = 'factored', decoders = { expression = 'i', shape = [100000, 100000] } }",
        "m.toml:15: projection `p`: `decoders`: 100000 × 100000 numbers, but at most 16777216 are \
         allowed",
    );
    let square = "{ kind = 'factored', decoders = { expression = 'i + j', shape = [10, 10] } }";
    check(
        &projection(
            square,
            "learning = 'PES'\n[[node]]\nlabel = 'e'\nsize = 10\n[[connection]]\npre = 'e'\npost = 'p.PESS'",
        ),
        "m.toml:22: connection: `p` learns by `PES`, not by `PESS`; did you mean `PES`?",
    );
}

#[test]
fn one_mistake_is_one_message() {
    let twice = "[[ensemble]]\nlabel = 'a'\nn_neurons = 5\n[[ensemble]]\nlabel = 'a'\nn_neurons = 5\n\
                 [[connection]]\npre = 'a'\npost = 'b'";
    check(twice, "m.toml:6: ensemble `a`: `a` is declared twice");
    let astray = "[[ensemble]]\nlabel = 'a'\nn_neurons = 5\nwithin = 'z'\n\
                  [[connection]]\npre = 'a'\npost = 'a'";
    check(astray, "m.toml:6: ensemble `a`: unknown network `z`");
    let alone = "[[ensemble]]\nlabel = 'a'\nn_neurons = 5\ngain = 2";
    check(alone, "m.toml:3: `Ensemble:a`: gain and bias must be given together");
}

#[test]
fn names_are_told_before_units() {
    let neurons =
        |text: &str| format!("[[ensemble]]\nlabel = 'a'\nn_neurons = 5\nneuron_type = {text}");
    check(
        &neurons("{ kind = 'LIF', tau_rcc = '20 ms' }"),
        "m.toml:6: ensemble `a`: unknown parameter `tau_rcc`; did you mean `tau_rc`?",
    );
    let synapse = "[[node]]\nlabel = 'n'\noutput = 1\n[[probe]]\ntarget = 'n'\n\
                   synapse = { kind = 'Alpha', taus = '5 ms' }";
    check(synapse, "m.toml:8: probe: unknown parameter `taus`; did you mean `tau`?");
    let port = "[[node]]\nlabel = 'n'\noutput = 1\n[[connection]]\npre = 'n'\n\
                post = 'E.excitatry'\ntransform = '1 nA'";
    check(
        &(population("") + port),
        "m.toml:14: connection: unknown input or receptor `excitatry`; did you mean `excitatory`?",
    );
}

#[test]
fn a_label_ends_before_its_slice() {
    check(
        "[[node]]\nlabel = 'a[0]'\noutput = 1",
        "m.toml:3: node `a[0]`: the label is `a[0]`, but must be without brackets, since slices \
         stand in them",
    );
}

#[test]
fn what_of_a_projection_can_be_probed_is_listed() {
    let probe = |connector: &str, target: &str| {
        let projection = format!(
            "[[projection]]\nlabel = 'p'\nsource = 'E'\ntarget = 'E'\nreceptor = 'excitatory'\n\
             connector = {connector}\nweight = '1 nA'\ndelay = '1 ms'\n"
        );
        population("") + &projection + &format!("[[probe]]\ntarget = '{target}'")
    };
    let square = "{ expression = 'i + j', shape = [10, 10] }";
    check(
        &probe(
            &format!("{{ kind = 'blocks', blocks = [{{ decoders = {square} }}] }}"),
            "p.decoders",
        ),
        "m.toml:17: probe: what is probed of `p` is `decoders`, but must be one of `blocks.0.decoders`",
    );
    check(
        &probe(&format!("{{ kind = 'factored', decoders = {square} }}"), "p.encoders"),
        "m.toml:17: probe: what is probed of `p` is `encoders`, but must be one of `decoders`",
    );
}
