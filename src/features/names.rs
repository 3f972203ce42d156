//! Column names: `<descriptor>_<functional>`.

use super::FeatureConfig;
use super::descriptors::descriptor_names;
use super::functionals::{STATISTICS, TIMING};

/// Names of the functionals, in their order.
pub fn functional_names(config: &FeatureConfig) -> Vec<String> {
    let mut descriptors = descriptor_names(config.n_mfcc);
    descriptors.extend(["f0_semitone".to_owned(), "f0_semitone_change".to_owned()]);
    let mut names: Vec<String> = descriptors
        .iter()
        .flat_map(|descriptor| STATISTICS.iter().map(move |statistic| format!("{descriptor}_{statistic}")))
        .collect();
    names.extend(TIMING.map(str::to_owned));
    names
}
