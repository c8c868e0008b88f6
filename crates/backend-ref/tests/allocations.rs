//! A run in one thread allocates nothing.
#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Model,
    port::{Backend, CompileOptions, Precision, Unattended},
};

/// Counts what the calling thread asks of the system's allocator: the test's harness, which
/// allocates in its own thread while the test runs, is not counted.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

impl Counting {
    fn count() {
        // At the end of a thread its count is gone already, and nobody asks for it.
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    }
}

// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count();
        // SAFETY: the caller's promise on `layout` is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer is from `alloc` or `realloc` above, so from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count();
        // SAFETY: as for `dealloc`, and the caller's promise on `size` is handed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Queues, a ring, products that change, counts of random spikes, a filter, a function.
const MODEL: &str = "model dt=0.0001 seed=3 \"\"
mechanism \"mechanism Cell { units population parameter tau = 5 ms receptor excitatory mV { state g = 0 mV dg/dt = -g / tau on_spike(w) { g += w } } state v = uniform(0 mV, 1 mV) dv/dt = (excitatory.g - v) / tau spike when v >= 1 mV { v = 0 mV refractory 1 ms clamps v } solve exponential_euler }\"
mechanism \"mechanism Drive { units population output spikes events step { emit spikes poisson(0.3) } }\"
signal %0 \"drive\" events [4] amplitude=1.0
signal %1 \"a\" events [4] amplitude=10000.0
signal %2 \"b\" events [4] amplitude=10000.0
signal %3 \"to_a\" dense [4] temporary = [0.0, 0.0, 0.0, 0.0]
signal %4 \"to_b\" dense [4] temporary = [0.0, 0.0, 0.0, 0.0]
signal %5 \"filtered\" dense [4] state = [0.0, 0.0, 0.0, 0.0]
signal %6 \"root\" dense [1] temporary = [0.0]
signal %7 \"d\" dense [2, 4] parameter = [0.1, 0.2, 0.1, 0.1, -0.1, 0.1, 0.1, 0.0]
signal %8 \"e\" dense [4, 2] constant = [0.1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3]
signal %10 \"small\" dense [2, 2] constant = [0.1, 0.0, 0.2, 0.1]
signal %9 \"error\" dense [2] constant = [1e-5, -1e-5]
operator \"drive\" 0 neurons 4 Drive; output spikes=%0
operator \"a\" 0 neurons 4 Cell; receptor excitatory=%3; output spikes=%1
operator \"b\" 0 neurons 4 Cell tau=[4.0, 5.0, 6.0, 7.0]; receptor excitatory=%4; output spikes=%2
operator \"a\" 1 reset %3 0.0
operator \"b\" 1 reset %4 0.0
operator \"drive a\" 0 deliver %0 -> %3 list [[0, 0], [1, 1], [2, 2], [3, 3]] weight=1.3 delay=0.1
operator \"a b\" 0 deliver %1 -> %4 list [[0, 0], [1, 0], [2, 1], [3, 2], [0, 3]] weight=2.5 delay=1.5
operator \"b a\" 0 deliver %2 -> %3 list [[0, 1], [1, 2], [2, 3], [3, 0]] weights=[0.1, 0.2, 0.3, 0.4] delays=[0.2, 0.9, 0.4, 0.2] weight=0.0 delay=0.0
operator \"product\" 0 deliver %2 -> %3 factored encoders=%8 decoders=%7 weight=0.3 delay=0.3
operator \"blocks\" 0 deliver %1 -> %4 blocks [3, 1] -> [2, 0] encoders=%10 decoders=%10; 4 -> 4 encoders=%8 decoders=%7 weight=0.3 delay=1.3
operator \"learn\" 0 outer %9 * %5 -> %7
operator \"filter\" 0 filter %2 -> %5 decay=0.99 gain=0.01
operator \"root\" 0 function \"sqrt(abs(x[0]))\" x=%5 -> %6
";

#[test]
fn a_run_in_one_thread_allocates_nothing() {
    let model = Model::parse(MODEL).unwrap();
    model.validate().unwrap();
    for precision in [Precision::F64, Precision::F32] {
        let options = CompileOptions { precision, ..CompileOptions::default() };
        let mut simulation = Reference.compile(&model, &options).unwrap();
        // Registers of kernels are made when they are first needed.
        simulation.run_steps(2, &mut Unattended).unwrap();
        let before = COUNT.get();
        simulation.run_steps(3000, &mut Unattended).unwrap();
        assert_eq!(COUNT.get() - before, 0, "{precision}");
    }
}
