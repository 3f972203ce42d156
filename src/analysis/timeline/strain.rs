//! Sustained stress or anxiety: an angry or fearful voice that goes on.

use serde::{Deserialize, Serialize};

use crate::inference::{Emotion, Probabilities};

/// Seconds of speech that it is sustained for at least.
const LEAST_SECONDS: f32 = 10.0;
/// What the mean probability of [`STRAINED`] over so many seconds must be above.
const STRAIN: f32 = 0.6;
/// Classes of high arousal and negative valence (Russell 1980).
const STRAINED: [Emotion; 2] = [Emotion::Angry, Emotion::Fearful];

/// A stretch of sustained stress or anxiety.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Strain {
    /// Seconds of the clip at which it begins.
    pub from: f32,
    /// Seconds at which it ends.
    pub to: f32,
    /// Mean probability of an angry or fearful voice, 0..=1.
    pub probability: f32,
}

/// Stretches of answers that stand for `hop` seconds each in which every ten seconds of speech are angry or fearful by more than 0.6
/// on average. Rising and apart.
pub(super) fn strain(moments: &[Option<Probabilities>], hop: f32, seconds: f32) -> Vec<Strain> {
    let share = |heard: &Probabilities| STRAINED.iter().map(|emotion| heard[emotion.index()]).sum::<f32>();
    let heard: Vec<(usize, f32)> =
        moments.iter().enumerate().filter_map(|(place, heard)| Some((place, share(heard.as_ref()?)))).collect();
    let reach = ((LEAST_SECONDS / hop).ceil() as usize).max(1);
    let mean = |part: &[(usize, f32)]| part.iter().map(|(_, p)| p).sum::<f32>() / part.len() as f32;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (first, part) in heard.windows(reach).enumerate().filter(|(_, part)| mean(part) > STRAIN) {
        let end = first + part.len();
        match found.last_mut() {
            Some((_, last)) if first <= *last => *last = end,
            _ => found.push((first, end)),
        }
    }
    let stretch = |(first, end): (usize, usize)| Strain {
        from: heard[first].0 as f32 * hop,
        to: ((heard[end - 1].0 + 1) as f32 * hop).min(seconds),
        probability: mean(&heard[first..end]),
    };
    found.into_iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::N_CLASSES;

    fn sure(emotion: Emotion) -> Option<Probabilities> {
        let mut answer = [0.02; N_CLASSES];
        answer[emotion.index()] = 0.86;
        Some(answer)
    }

    #[test]
    fn strain_that_lasts_is_marked_and_an_outburst_is_not() {
        let mut moments = vec![sure(Emotion::Calm); 40];
        moments.extend(vec![sure(Emotion::Angry); 8]);
        moments.extend(vec![sure(Emotion::Calm); 40]);
        assert!(strain(&moments, 0.5, 44.0).is_empty());
        moments.truncate(48);
        moments.extend((0..32).map(|n| sure(if n % 2 == 0 { Emotion::Angry } else { Emotion::Fearful })));
        let found = strain(&moments, 0.5, 39.8);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((found[0].from - 20.0).abs() <= 5.0 && (found[0].to - 39.8).abs() < 1e-4, "{found:?}");
        assert!(found[0].probability > 0.6 && strain(&[], 0.5, 0.0).is_empty());
        assert!(strain(&vec![sure(Emotion::Sad); 60], 0.5, 30.0).is_empty());
    }
}
