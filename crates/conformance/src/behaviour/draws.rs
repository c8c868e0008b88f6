//! Random draws: their moments, and what they are keyed by.

use pontine_core_ir::{Model, port::Backend};

use super::{Behaviour, read};
use crate::bench::{Outcome, expect, expect_equal, trace};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour { name: "draws_have_their_moments", needs: &[], model: cells, check: moments },
    Behaviour {
        name: "draws_of_a_cell_do_not_depend_on_the_others",
        needs: &[],
        model: cells,
        check: fewer,
    },
    Behaviour { name: "draws_differ_by_path", needs: &[], model: cells, check: paths },
];

/// 400 cells that draw of each kind in each step, and draw their initial values.
fn cells() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=5 "draws"
mechanism Drawn {
    units nef
    state x = normal(2, 3)
    output u dense
    output g dense
    output e dense
    output p dense
    output large dense
    output k dense
    step {
        u = uniform()
        g = normal()
        e = exponential()
        p = poisson(0.7)
        large = poisson(30)
        k = gamma(2.5)
    }
}
signal %0 "u" dense [400] temporary = ZEROS
signal %1 "g" dense [400] temporary = ZEROS
signal %2 "e" dense [400] temporary = ZEROS
signal %3 "p" dense [400] temporary = ZEROS
signal %4 "large" dense [400] temporary = ZEROS
signal %5 "k" dense [400] temporary = ZEROS
operator "cells" 0 neurons 400 Drawn; output u=%0; output g=%1; output e=%2; output p=%3; output large=%4; output k=%5
record "x" state "cells" x every=1000.0 first=zero unit=""
record "u" signal %0 every=1.0 first=first_step unit=""
record "g" signal %1 every=1.0 first=first_step unit=""
record "e" signal %2 every=1.0 first=first_step unit=""
record "p" signal %3 every=1.0 first=first_step unit=""
record "large" signal %4 every=1.0 first=first_step unit=""
record "k" signal %5 every=1.0 first=first_step unit=""
"#
        .replace("ZEROS", &format!("{:?}", [0.0; 400]))
        .as_str(),
    )
}

/// Mean and variance within five standard errors of what they should be.
fn moments(backend: &dyn Backend, model: &Model) -> Outcome {
    let trace = trace(backend, model, 50)?;
    // Name, mean, variance, fourth central moment.
    for (name, mean, variance, fourth) in [
        ("x", 2.0, 9.0, 243.0),
        ("u", 0.5, 1.0 / 12.0, 1.0 / 80.0),
        ("g", 0.0, 1.0, 3.0),
        ("e", 1.0, 1.0, 9.0),
        ("p", 0.7, 0.7, 0.7 + 3.0 * 0.49),
        ("large", 30.0, 30.0, 30.0 + 3.0 * 900.0),
        ("k", 2.5, 2.5, 3.0 * 6.25 + 6.0 * 2.5),
    ] {
        let numbers = trace.recording.samples(name).ok_or("a record is missing")?;
        let n = numbers.len() as f64;
        let found_mean = numbers.iter().sum::<f64>() / n;
        let found = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let (limit, limit_of_variance) =
            (5.0 * f64::sqrt(variance / n), 5.0 * f64::sqrt((fourth - variance * variance) / n));
        expect((found_mean - mean).abs() < limit, || {
            format!("`{name}` has the mean {found_mean}, not {mean} +- {limit}")
        })?;
        expect((found - variance).abs() < limit_of_variance, || {
            format!("`{name}` has the variance {found}, not {variance} +- {limit_of_variance}")
        })?;
    }
    Ok(())
}

fn fewer(backend: &dyn Backend, model: &Model) -> Outcome {
    let text_form = model.to_string().replace("neurons 400", "neurons 37").replace("[400]", "[37]");
    let zeros = |n: usize| format!("{:?}", vec![0.0; n]);
    let few = read(&text_form.replace(&zeros(400), &zeros(37)))?;
    let (many, few) = (trace(backend, model, 3)?, trace(backend, &few, 3)?);
    for name in ["x", "u", "g", "e", "p", "large", "k"] {
        let many = many.recording.samples(name).ok_or("a record is missing")?;
        let few = few.recording.samples(name).ok_or("a record is missing")?;
        for (many, few) in many.chunks(400).zip(few.chunks(37)) {
            expect_equal(name, &few, &&many[..37])?;
        }
    }
    Ok(())
}

fn paths(backend: &dyn Backend, model: &Model) -> Outcome {
    let renamed = read(&model.to_string().replace("\"cells\"", "\"others\""))?;
    let (a, b) = (trace(backend, model, 1)?, trace(backend, &renamed, 1)?);
    for name in ["x", "u", "g", "e", "k"] {
        let differ = a.recording.samples(name) != b.recording.samples(name);
        expect(differ, || format!("`{name}` is drawn equally for two paths"))?;
    }
    Ok(())
}
