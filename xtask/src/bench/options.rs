//! What a call of `bench` asks for.

use super::networks::{ALL, Network, RECORDED, THREADED};
use crate::failure::Failure;

/// The words of the call, read.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    pub nest: bool,
    pub threads: bool,
    pub criterion: bool,
    pub instructions: bool,
    /// Rounds; the best counts.
    pub repeat: usize,
    pub networks: Vec<&'static Network>,
}

impl Options {
    /// Without names, all networks; those that several threads serve, for `threads`; those whose
    /// recording is counted, for `instructions`.
    pub fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            match word {
                "nest" => options.nest = true,
                "threads" => options.threads = true,
                "criterion" => options.criterion = true,
                "instructions" => options.instructions = true,
                "--repeat" => options.repeat = repeat(words.next())?,
                name => options.networks.push(network(name)?),
            }
        }
        let chosen = [options.nest, options.threads, options.criterion, options.instructions];
        if chosen.into_iter().filter(|chosen| *chosen).count() > 1 {
            let what = "bench: one of nest, threads, criterion, instructions at a time";
            return Err(Failure::Usage(what.into()));
        }
        Ok(options.filled())
    }

    fn filled(mut self) -> Self {
        if self.repeat == 0 {
            self.repeat = if self.threads { 5 } else { 3 };
        }
        if self.networks.is_empty() {
            let wanted = |name: &str| {
                (!self.threads || THREADED.contains(&name))
                    && (!self.instructions || RECORDED.contains(&name))
            };
            self.networks = ALL.iter().filter(|network| wanted(network.name)).collect();
        }
        self
    }
}

fn repeat(word: Option<&&str>) -> Result<usize, Failure> {
    let number = word.and_then(|word| word.parse().ok()).filter(|number| *number > 0);
    number.ok_or_else(|| Failure::Usage("bench: --repeat takes a number of at least 1".into()))
}

fn network(name: &str) -> Result<&'static Network, Failure> {
    let names: Vec<_> = ALL.iter().map(|network| network.name).collect();
    ALL.iter().find(|network| network.name == name).ok_or_else(|| {
        Failure::Usage(format!("bench: no network `{name}`; there are {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &Options) -> Vec<&str> {
        options.networks.iter().map(|network| network.name).collect()
    }

    #[test]
    fn words_may_stand_in_any_order() {
        let options = Options::parse(&["brunel", "nest", "--repeat", "2", "cuba"]).unwrap();
        assert!(options.nest && !options.threads);
        assert_eq!((options.repeat, names(&options)), (2, vec!["brunel", "cuba"]));
    }

    #[test]
    fn without_names_all_networks_are_measured() {
        let options = Options::parse(&[]).unwrap();
        assert_eq!((options.repeat, options.networks.len()), (3, ALL.len()));
        let options = Options::parse(&["threads"]).unwrap();
        assert_eq!((options.repeat, names(&options)), (5, THREADED.to_vec()));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let fails = |words: &[&str]| Options::parse(words).unwrap_err().to_string();
        assert!(fails(&["brunnel"]).contains("no network `brunnel`; there are cuba,"));
        assert!(fails(&["--repeat", "0"]).contains("at least 1"));
        assert!(fails(&["--repeat"]).contains("at least 1"));
        assert!(fails(&["nest", "threads"]).contains("one of"));
    }
}
