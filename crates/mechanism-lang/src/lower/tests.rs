//! What comes out of texts, and what is said about faulty ones.

use expect_test::{Expect, expect};

use crate::{Argument, Function, Mechanism, Slot, Solver};

fn mechanism(body: &str) -> String {
    format!("mechanism M {{\n    units population\n{body}\n}}")
}

#[track_caller]
fn check_error(body: &str, expected: Expect) {
    expected.assert_eq(&Mechanism::parse(&mechanism(body)).unwrap_err().to_string());
}

#[track_caller]
fn check_step(body: &str, expected: Expect) {
    let mechanism = Mechanism::parse(&mechanism(body)).unwrap();
    let derived: String = mechanism.derived.iter().map(|d| format!("{}\n", d.name)).collect();
    expected.assert_eq(&format!("{derived}---\n{}", mechanism.step));
}

const CELL: &str = "    parameter tau_m = 20 ms
    parameter cm = 1 nF
    parameter v_rest = -65 mV
    state v = v_rest";

#[test]
fn parameters_are_divided_on_the_host() {
    check_step(
        &format!("{CELL}\n input i nA\n dv/dt = (v_rest - v) / tau_m + i / cm\n solve exact"),
        expect![[r#"
            exp(-(1 / tau_m * dt))
            1 / cm * (dt * exprel(-(1 / tau_m * dt)))
            v_rest * (1 / tau_m) * (dt * exprel(-(1 / tau_m * dt)))
            ---
            %0 = load state[0]
            %1 = load derived[0]
            %2 = mul %0 %1
            %3 = load input[0]
            %4 = load derived[1]
            %5 = mul %3 %4
            %6 = add %2 %5
            %7 = load derived[2]
            %8 = add %6 %7
            store state[0] %8
        "#]],
    );
}

#[test]
fn exponential_euler_freezes_the_others() {
    check_step(
        &format!(
            "{CELL}\n state g = 0 uS\n dg/dt = -g / tau_m\n dv/dt = g * (0 mV - v) / cm\n \
             solve exponential_euler"
        ),
        expect![[r#"
            exp(-(1 / tau_m * dt))
            1 / cm
            ---
            %0 = const 0.0
            %1 = load state[1]
            %2 = load derived[0]
            %3 = mul %1 %2
            %4 = load state[0]
            %5 = sub %0 %4
            %6 = mul %1 %5
            %7 = load derived[1]
            %8 = mul %6 %7
            %9 = load dt
            %10 = mul %1 %7
            %11 = mul %10 %9
            %12 = neg %11
            %13 = call exprel %12
            %14 = mul %9 %13
            %15 = mul %8 %14
            %16 = add %4 %15
            %17 = abs %3
            %18 = const 1e-30
            %19 = < %17 %18
            %20 = select %19 %0 %3
            store state[0] %16
            store state[1] %20
        "#]],
    );
}

#[test]
fn branches_merge_what_they_changed() {
    check_step(
        " state x = 0\n output o events\n step { if x > 1 { x = 0 emit o 1 } else { x += dt } }",
        expect![[r#"
            ---
            %0 = const 0.0
            %1 = load state[0]
            %2 = const 1.0
            %3 = > %1 %2
            if %3 {
                %4 = add %0 %2
            } else {
                %5 = load dt
                %6 = add %1 %5
            }
            %7 = either %4 %0
            %8 = either %0 %6
            store state[0] %8
            store output[0] %7
        "#]],
    );
}

#[test]
fn an_unknown_name_lists_what_is_there() {
    check_error(
        &format!("{CELL}\n    dv/dt = (v_rest - v) / tau_n\n    solve exact"),
        expect![[r#"
            7:28: unknown name `tau_n`; did you mean `tau_m`? (available: cm, dt, pi, t, tau_m, v, v_rest)
                    dv/dt = (v_rest - v) / tau_n
                                           ^"#]],
    );
}

#[test]
fn units_that_do_not_match_are_both_named() {
    check_error(
        &format!("{CELL}\n    dv/dt = v_rest - v\n    solve exact"),
        expect![[r#"
        7:5: dv/dt: `mV/ms` and `mV` do not match
                dv/dt = v_rest - v
                ^"#]],
    );
    check_error(
        &format!("{CELL}\n    spike when v > tau_m {{ v = cm }}"),
        expect![[r#"
            7:18: `>`: `mV` and `ms` do not match
                    spike when v > tau_m { v = cm }
                                 ^
            7:28: `v =`: `mV` and `nF` do not match
                    spike when v > tau_m { v = cm }
                                           ^"#]],
    );
    check_error(
        "    parameter rate = 1 Hz\n    output o events\n    step { emit o poisson(rate * dt) }",
        expect![[r#"
            5:19: poisson: `1` and `1e-3` do not match
                    step { emit o poisson(rate * dt) }
                                  ^"#]],
    );
}

#[test]
fn all_faults_of_a_stage_are_told() {
    check_error(
        "    state x = y\n    step { z = 1  x = exq(2)  emit o 1  x = min(1) }",
        expect![[r#"
            3:15: unknown name `y` (available: dt, pi, t, x)
                    state x = y
                              ^
            4:12: unknown state or output `z` (available: x)
                    step { z = 1  x = exq(2)  emit o 1  x = min(1) }
                           ^
            4:23: unknown function `exq`; did you mean `exp`? (available: exp, expm1, log, log1p, exprel, sin, cos, tanh, pow, sqrt, floor, ceil, round, rint, log10, abs, min, max, clip, fma, where, uniform, normal, exponential, poisson, gamma)
                    step { z = 1  x = exq(2)  emit o 1  x = min(1) }
                                      ^
            4:31: unknown output of events `o` (available: none)
                    step { z = 1  x = exq(2)  emit o 1  x = min(1) }
                                              ^
            4:45: `min` takes 2 argument(s), found 1
                    step { z = 1  x = exq(2)  emit o 1  x = min(1) }
                                                            ^"#]],
    );
}

#[test]
fn exact_says_which_term_is_not_linear() {
    check_error(
        &format!("{CELL}\n    dv/dt = v * v / (tau_m * 1 mV)\n    solve exact"),
        expect![[r#"
            7:5: `solve exact`: `v` is not linear: a product in `v * v`; use `solve exponential_euler`
                    dv/dt = v * v / (tau_m * 1 mV)
                    ^"#]],
    );
    check_error(
        &format!("{CELL}\n    input g uS\n    dv/dt = g * (v_rest - v) / cm\n    solve exact"),
        expect![[r#"
            8:5: `solve exact`: `v` is not linear: a factor that changes in `-(g * (1 / cm))`; use `solve exponential_euler`
                    dv/dt = g * (v_rest - v) / cm
                    ^"#]],
    );
    check_error(
        "    state x = 0\n    dx/dt = 1 / x\n    solve exponential_euler",
        expect![[r#"
        4:5: `solve exponential_euler`: `x` is not linear: a division in `1 / x`; use `solve euler`
                dx/dt = 1 / x
                ^"#]],
    );
}

#[test]
fn exact_refuses_cycles() {
    check_error(
        "    state a = 0\n    state b = 0\n    state c = 0\n    parameter k = 1 1/ms\n    \
         da/dt = b * k\n    db/dt = (a - b) * k\n    dc/dt = -c * k\n    solve exact",
        expect![[r#"
            7:5: `solve exact`: a, b depend on one another in a cycle; use `solve exponential_euler`
                    da/dt = b * k
                    ^"#]],
    );
}

#[test]
fn exact_refuses_to_follow_a_clamped_state() {
    check_error(
        &format!(
            "{CELL}\n    state w = 0 mV\n    dv/dt = -v / tau_m\n    dw/dt = (v - w) / tau_m\n    \
             spike when v > 0 mV {{ refractory 1 ms clamps v }}\n    solve exact"
        ),
        expect![[r#"
            9:5: `solve exact`: `w` depends on `v`, which is clamped while refractory; use `solve exponential_euler`
                    dw/dt = (v - w) / tau_m
                    ^"#]],
    );
}

#[test]
fn on_spike_must_be_additive() {
    let receptor =
        |body: &str| format!("    state g = 0\n    receptor e {{ on_spike(w) {{ {body} }} }}");
    check_error(
        &receptor("g = w"),
        expect![[r#"
        4:32: `on_spike` must add to states in proportion to the weight (`state += factor * w`), so that events can be summed: `=` is not `+=`
                receptor e { on_spike(w) { g = w } }
                                           ^"#]],
    );
    check_error(
        &receptor("g += w * w"),
        expect![[r#"
        4:39: `on_spike` must add to states in proportion to the weight (`state += factor * w`), so that events can be summed: a product in `w * w`
                receptor e { on_spike(w) { g += w * w } }
                                                  ^"#]],
    );
    check_error(
        &receptor("g += w + 1"),
        expect![[r#"
        4:39: `on_spike` must add to states in proportion to the weight (`state += factor * w`), so that events can be summed: `1` does not depend on `w`
                receptor e { on_spike(w) { g += w + 1 } }
                                                  ^"#]],
    );
    check_error(
        &receptor("g += w * g"),
        expect![[r#"
        4:39: `on_spike` must add to states in proportion to the weight (`state += factor * w`), so that events can be summed: the factor `g` changes during the run
                receptor e { on_spike(w) { g += w * g } }
                                                  ^"#]],
    );
    check_error(
        &receptor("if w > 0 { g += w }"),
        expect![[r#"
        4:18: `on_spike` must add to states in proportion to the weight (`state += factor * w`), so that events can be summed: only `+=` and `-=` may stand here
                receptor e { on_spike(w) { if w > 0 { g += w } } }
                             ^"#]],
    );
}

#[test]
fn syntax_faults_point_at_their_place() {
    check_error(
        "    parameter tau = 20 ms\n    step { x = ",
        expect![[r#"
        5:1: expected an expression, found `}`
            }
            ^"#]],
    );
    check_error(
        "    step { if 1 > 0 { emit o 1 }",
        expect![[r#"
        4:2: expected an item (`parameter`, `input`, `receptor`, `state`, `output`, `let`, `d…/dt =`, `step`, `spike when`, `solve`) or `}`, found the end of the text
            }
             ^"#]],
    );
    check_error(
        "    parameter tau = 20 furlongs",
        expect![[r#"
            3:24: `furlongs` is not a unit
                    parameter tau = 20 furlongs
                                       ^"#]],
    );
    check_error(
        "    solve exactly",
        expect![[r#"
            3:11: unknown solver `exactly`; did you mean `exact`? (available: exact, exponential_euler, euler, rk4, rk45)
                    solve exactly
                          ^"#]],
    );
    check_error(
        "    state x = 1 @ 2",
        expect![[r#"
        3:17: unexpected character `@`
                state x = 1 @ 2
                            ^"#]],
    );
    check_error(
        "    parameter a = b",
        expect![[r#"
        3:19: expected a number with its unit as default, found `b`
                parameter a = b
                              ^"#]],
    );
}

#[test]
fn what_changes_may_not_enter_what_is_computed_once() {
    check_error(
        "    input x\n    state y = x\n    output o events amplitude y",
        expect![[r#"
        4:15: `x` may not stand here: an initial value is made of parameters and draws
                state y = x
                          ^
        5:31: `y` may not stand here: an amplitude is made of parameters and dt
                output o events amplitude y
                                          ^"#]],
    );
    check_error(
        "    state y = 0\n    dy/dt = normal() / dt\n    solve euler",
        expect![[r#"
        4:13: `normal` may not stand here: equations take no draws; draw in a `step` block
                dy/dt = normal() / dt
                        ^"#]],
    );
}

#[test]
fn names_are_declared_once() {
    check_error(
        "    state x = 0 input x\n    receptor e { on_spike(w) { x += w } }\n    \
         receptor e { on_spike(w) { x += w } }\n    parameter dt = 1",
        expect![[r#"
            3:11: `x` is declared twice
                    state x = 0 input x
                          ^
            5:14: `e` is declared twice
                    receptor e { on_spike(w) { x += w } }
                             ^
            6:15: `dt` is declared twice
                    parameter dt = 1
                              ^"#]],
    );
}

#[test]
fn abbreviations_are_for_equations_and_thresholds() {
    check_error(
        &format!("{CELL}\n    let high = v > 0 mV\n    spike when high {{ v = high }}"),
        expect![[r#"
            8:27: unknown name `high` (available: cm, dt, pi, t, tau_m, v, v_rest)
                    spike when high { v = high }
                                          ^"#]],
    );
}

#[test]
fn defaults_are_held_in_the_units_of_the_system() {
    let text = mechanism(
        "    parameter a = 4 nS  parameter f = 2 kHz  parameter r = 5 Hz  parameter t0 = 1 s",
    );
    let mechanism = Mechanism::parse(&text).unwrap();
    let held: Vec<_> =
        mechanism.parameters.iter().map(|p| format!("{} {}", p.default, p.unit)).collect();
    assert_eq!(held, ["0.004 uS", "2 1/ms", "5 Hz", "1000 ms"]);
}

#[test]
fn documentation_is_the_comment_above_or_behind() {
    let text = "// not this\n\n// A cell.\n//\n// Of two lines.\nmechanism M {\n units nef\n// above\n\
                parameter a = 1\nparameter b = 2 s // behind\n parameter c = 3 parameter d = 4 // d only\n}";
    let mechanism = Mechanism::parse(text).unwrap();
    assert_eq!(mechanism.doc, "A cell.\n\nOf two lines.");
    let docs: Vec<_> = mechanism.parameters.iter().map(|p| p.doc.as_str()).collect();
    assert_eq!(docs, ["above", "behind", "", "d only"]);
}

#[test]
fn the_source_compiles_to_an_equal_mechanism() {
    let body = format!(
        "{CELL}\n    receptor e nA {{ state i = 0 nA di/dt = -i / tau_m on_spike(w) {{ i += w }} }}\n    \
         let drive = e.i / cm\n    dv/dt = drive - v / tau_m\n    \
         spike when v >= 3 mV {{ v = v_rest  refractory 2 ms clamps v }}  solve exact"
    );
    let mechanism = Mechanism::parse(&mechanism(&body)).unwrap();
    assert_eq!(Mechanism::parse(mechanism.source()).unwrap(), mechanism);
    assert_eq!(mechanism.states.len(), 3);
    assert!(mechanism.states[2].hidden);
    assert_eq!(mechanism.output_index("spikes"), Some(0));
}

#[test]
fn the_hash_sees_programs_only() {
    let parse = |text: &str| Mechanism::parse(text).unwrap();
    let a = parse("mechanism A { units nef parameter k = 1 state x = 0 step { x += k } }");
    let b = parse("mechanism B { units nef parameter q = 2 state y = 0 step { y += q } }");
    let c = parse("mechanism A { units nef parameter k = 1 state x = 0 step { x -= k } }");
    assert_eq!(a.hash(), b.hash());
    assert_ne!(a.hash(), c.hash());
}

#[test]
fn draws_are_numbered_in_order_of_appearance() {
    let text = mechanism(
        "    state x = uniform(0, 1)\n    step { x = normal() + normal() if x > 0 { x = uniform() } }",
    );
    let mechanism = Mechanism::parse(&text).unwrap();
    assert_eq!((mechanism.n_initial_sites, mechanism.n_step_sites), (1, 3));
    assert!(mechanism.step.to_string().contains("draw uniform 2"));
}

#[track_caller]
fn check_function(text: &str, expected: &str) {
    let arguments = [Argument::new("t", 1), Argument::new("x", 2)];
    let function =
        Function::parse(text, &arguments, &[("a", -2.5), ("far", f64::INFINITY)]).unwrap();
    assert_eq!(function.to_string(), expected);
    assert_eq!(Function::parse(expected, &arguments, &[]).unwrap(), function);
}

#[test]
fn functions_print_what_parses_back() {
    check_function("x[0]*x[1], sin(t)", "x[0] * x[1], sin(t)");
    check_function("x", "x");
    check_function("t - a, -a, min(far, t[0])", "t - -2.5, --2.5, min(inf, t[0])");
    check_function(
        "x[1] > 0 ? 1 : x[0], x[0] < t && !(t > 1)",
        "x[1] > 0 ? 1 : x[0], x[0] < t && !(t > 1)",
    );
}

#[test]
fn a_bare_vector_is_all_of_its_components() {
    let function = Function::parse("x, 1", &[Argument::new("x", 3)], &[]).unwrap();
    assert_eq!((function.n_inputs(), function.n_outputs()), (3, 4));
    assert!(function.program().reads(Slot::Input(2)));
}

#[test]
fn functions_name_what_they_do_not_know() {
    let check = |text: &str, expected: Expect| {
        let error = Function::parse(text, &[Argument::new("x", 2)], &[]).unwrap_err();
        expected.assert_eq(&error.to_string());
    };
    check(
        "x[2]",
        expect![[r#"
        1:1: `x` has 2 components; `2` is not one of them
            x[2]
            ^"#]],
    );
    check(
        "x + 1",
        expect![[r#"
        1:1: `x` has 2 components; tell which one is meant, such as `x[0]`
            x + 1
            ^"#]],
    );
    check(
        "y[0]",
        expect![[r#"
        1:1: unknown argument `y` (available: x)
            y[0]
            ^"#]],
    );
    check(
        "x[0] + y",
        expect![[r#"
        1:8: unknown name `y` (available: pi, x[0], x[1])
            x[0] + y
                   ^"#]],
    );
    check(
        "x[0.5]",
        expect![[r#"
        1:1: `x` has 2 components; `0.5` is not one of them
            x[0.5]
            ^"#]],
    );
    check(
        "x[0] + uniform()",
        expect![[r#"
        1:8: `uniform` may not stand here: the value of a function depends on its arguments alone
            x[0] + uniform()
                   ^"#]],
    );
    check("", expect!["1:1: expected an expression, found the end of the text"]);
}

#[test]
fn a_loop_carries_what_it_assigns() {
    check_step(
        "    state x = 1
    step { for k in 2..5 while x < 9 { x *= k } }",
        expect![[r#"
            ---
            %0 = const 2.0
            %1 = load state[0]
            %2 = carried %0
            %3 = carried %1
            loop 3 {
                %4 = const 9.0
                %5 = < %3 %4
            } while %5 {
                %6 = mul %3 %2
                %7 = const 1.0
                %8 = add %2 %7
                %2 = next %8
                %3 = next %6
            }
            store state[0] %3
        "#]],
    );
}

#[test]
fn runge_kutta_takes_four_slopes_and_holds_what_is_held() {
    check_step(
        "    state v = 1 mV
    dv/dt = -v / 5 ms
    spike when v > 3 mV { refractory 2 ms clamps v }
    solve rk4",
        expect![[r#"
            dt / 2
            1 / 5 ms
            dt / 6
            floor(2 ms / dt + 0.5)
            ---
            %0 = const 0.0
            %1 = load state[1]
            %2 = > %1 %0
            %3 = load state[0]
            %4 = load derived[0]
            %5 = load dt
            %6 = load derived[1]
            %7 = mul %3 %6
            %8 = neg %7
            %9 = select %2 %0 %8
            %10 = mul %9 %4
            %11 = add %3 %10
            %12 = mul %11 %6
            %13 = neg %12
            %14 = select %2 %0 %13
            %15 = mul %14 %4
            %16 = add %3 %15
            %17 = mul %16 %6
            %18 = neg %17
            %19 = select %2 %0 %18
            %20 = mul %19 %5
            %21 = add %3 %20
            %22 = mul %21 %6
            %23 = neg %22
            %24 = select %2 %0 %23
            %25 = load derived[2]
            %26 = const 2.0
            %27 = add %9 %24
            %28 = add %14 %19
            %29 = mul %26 %28
            %30 = add %27 %29
            %31 = mul %30 %25
            %32 = add %3 %31
            %33 = abs %32
            %34 = const 1e-30
            %35 = < %33 %34
            %36 = select %35 %0 %32
            %37 = select %2 %3 %36
            %38 = const 3.0
            %39 = > %37 %38
            %40 = not %2
            %41 = and %39 %40
            %42 = load derived[3]
            %43 = const 1.0
            %44 = sub %1 %43
            %45 = max %44 %0
            %46 = select %41 %42 %45
            store state[1] %46
            store state[0] %37
            %47 = select %41 %43 %0
            store output[0] %47
        "#]],
    );
}

#[test]
fn loops_are_bounded_and_draw_nothing() {
    check_error(
        "    state x = 1
    step { for k in 0..3 { x += normal()   let k = 1 } }",
        expect![[r#"
            4:33: `normal` may not stand here: each round would draw the same number; draw before the loop
                    step { for k in 0..3 { x += normal()   let k = 1 } }
                                                ^
            4:48: `k` is declared twice
                    step { for k in 0..3 { x += normal()   let k = 1 } }
                                                               ^"#]],
    );
    check_error(
        "    state x = 1\n step { for k in 0..x { x = k } }",
        expect![[r#"
        4:21: expected a whole number up to 1000000, found `x`
             step { for k in 0..x { x = k } }
                                ^"#]],
    );
    check_error(
        "    state x = 1\n step { for k in 0..3 { k = 1 } }",
        expect![[r#"
        4:25: unknown state or output `k` (available: x)
             step { for k in 0..3 { k = 1 } }
                                    ^"#]],
    );
}

#[test]
fn a_mechanism_without_equations_takes_no_solver() {
    let still = Mechanism::parse(&mechanism("    state x = 1")).unwrap();
    let error = still.with_solver(Solver::Rk4).unwrap_err();
    expect![[r#"
        1:11: `M` has no equations for a solver
            mechanism M {
                      ^"#]]
    .assert_eq(&error.to_string());
}
