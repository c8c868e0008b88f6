//! Reading an assembly listing in AT&T syntax.

/// One kernel, counted.
#[derive(Debug, Default, PartialEq)]
pub struct Kernel<'a> {
    /// The module of its mechanism.
    pub name: &'a str,
    pub precision: &'static str,
    pub level: &'static str,
    pub n_instructions: usize,
    /// Arithmetic in the vector registers of the level.
    pub n_packed: usize,
    /// Arithmetic on one number at a time, as on what all lanes share.
    pub n_scalar: usize,
    /// What it calls.
    pub calls: Vec<&'a str>,
}

const LEVELS: [(&str, &str); 2] = [("8dispatch6avx512", "avx512"), ("8dispatch4avx2", "avx2")];

/// Draws fill whole columns by a call, and `memset` clears one.
const ALLOWED: [&str; 2] = ["17pontine_mechanism4draw", "memset"];

/// Some kernels do nothing but compare and choose.
const ARITHMETIC: [&str; 11] = [
    "vadd", "vsub", "vmul", "vdiv", "vfmadd", "vfmsub", "vfnmadd", "vfnmsub", "vmax", "vmin",
    "vcmp",
];

/// All kernels of a listing, in its order.
pub fn kernels(listing: &str) -> Vec<Kernel<'_>> {
    let mut kernels = Vec::new();
    let mut current: Option<Kernel<'_>> = None;
    for line in listing.lines() {
        if let Some(symbol) = label(line) {
            kernels.extend(current.take());
            current = kernel(symbol);
        } else if line.starts_with(".Lfunc_end") {
            kernels.extend(current.take());
        } else if let (Some(kernel), Some(instruction)) = (&mut current, instruction(line)) {
            kernel.count(instruction);
        }
    }
    kernels.extend(current);
    kernels
}

/// The symbol that a line gives a place to; labels within functions begin with a dot.
fn label(line: &str) -> Option<&str> {
    line.strip_suffix(':').filter(|symbol| symbol.starts_with('_'))
}

fn instruction(line: &str) -> Option<&str> {
    let text = line.strip_prefix('\t')?.trim();
    (!text.starts_with('.') && !text.starts_with('#')).then_some(text)
}

fn kernel(symbol: &str) -> Option<Kernel<'_>> {
    let (_, level) = LEVELS.into_iter().find(|(part, _)| symbol.contains(part))?;
    let precision = ["f32", "f64"].into_iter().find(|p| symbol.contains(&format!("{p}E")))?;
    Some(Kernel { name: module(symbol), precision, level, ..Kernel::default() })
}

/// The identifier after `mechanisms` or `synapses` in a mangled symbol, where lengths stand before names; the
/// symbol itself if it has no such module.
fn module(symbol: &str) -> &str {
    let folder = ["10mechanisms", "8synapses"].into_iter().find_map(|name| symbol.split_once(name));
    let found = folder.and_then(|(_, rest)| {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (length, rest) = rest.split_at(end);
        rest.get(..length.parse().ok()?)
    });
    found.unwrap_or(symbol)
}

impl<'a> Kernel<'a> {
    fn count(&mut self, instruction: &'a str) {
        self.n_instructions += 1;
        let (mnemonic, operands) = instruction.split_once('\t').unwrap_or((instruction, ""));
        // A jump to another function is a call whose frame was given up.
        if mnemonic.starts_with("call") || (mnemonic.starts_with("jmp") && is_outside(operands)) {
            self.calls.push(operands);
        }
        if !ARITHMETIC.iter().any(|name| mnemonic.starts_with(name)) {
            return;
        }
        if mnemonic.ends_with("ss") || mnemonic.ends_with("sd") {
            self.n_scalar += 1;
        } else if operands.contains("zmm") || operands.contains("ymm") {
            self.n_packed += 1;
        }
    }

    /// What a kernel must not be, in words.
    pub fn faults(&self) -> Vec<String> {
        let whole = format!("{} ({}, {})", self.name, self.precision, self.level);
        let foreign = |call: &&&str| !ALLOWED.iter().any(|allowed| call.contains(allowed));
        let calls = self.calls.iter().filter(foreign);
        let mut faults: Vec<_> = calls.map(|call| format!("{whole}: calls {call}")).collect();
        if self.n_packed == 0 && self.n_scalar > 0 {
            faults.push(format!("{whole}: computes one number at a time"));
        }
        faults
    }
}

fn is_outside(operands: &str) -> bool {
    !operands.starts_with(".L") && operands.contains("_R")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel with these lines as its body, and a function that is none after it.
    fn listing(body: &str) -> String {
        let symbol = "_RINvNtNtCs_17pontine_mechanism6native8dispatch6avx512INtB4_4StepfNtNvNtNt\
                      Cs_17pontine_catalogue10mechanisms3lif1__23Step7ec6065dc569f15ef32EEB1n_";
        format!(
            "\t.p2align\t4\n{symbol}:\n\t.cfi_startproc\n{body}.Lfunc_end7:\n_Rother:\n\tcallq\tx\n"
        )
    }

    #[track_caller]
    fn check(body: &str, counts: [usize; 4], faults: &[&str]) {
        let text = listing(body);
        let found = kernels(&text);
        assert_eq!(found.len(), 1);
        let k = &found[0];
        assert_eq!((k.name, k.precision, k.level), ("lif", "f32", "avx512"));
        assert_eq!([k.n_instructions, k.n_packed, k.n_scalar, k.calls.len()], counts);
        assert_eq!(k.faults(), faults);
    }

    #[test]
    fn arithmetic_is_told_apart_by_its_registers() {
        let body = "\tvmulps\t(%rax), %zmm0, %zmm1\n.LBB7_1:\n\tvmulss\t%xmm0, %xmm1, %xmm2\n\
                    \tjmp\t.LBB7_1\n\tretq\n";
        check(body, [4, 1, 1, 0], &[]);
    }

    #[test]
    fn draws_and_cleared_memory_may_be_called() {
        let body = "\tcallq\t_RINvNtCs_17pontine_mechanism4draw4drawdECs_17pontine_catalogue\n\
                    \tcallq\t*memset@GOTPCREL(%rip)\n";
        check(body, [2, 0, 0, 2], &[]);
    }

    #[test]
    fn panics_and_scalar_kernels_are_faults() {
        let body = "\tcallq\t_RNvNtCs_4core9panicking18panic_bounds_check\n\
                    \tjmp\t_RNvCs_9elsewhere\n\tvaddsd\t%xmm0, %xmm1, %xmm2\n";
        let faults = [
            "lif (f32, avx512): calls _RNvNtCs_4core9panicking18panic_bounds_check",
            "lif (f32, avx512): calls _RNvCs_9elsewhere",
            "lif (f32, avx512): computes one number at a time",
        ];
        check(body, [3, 0, 1, 2], &faults);
    }
}
