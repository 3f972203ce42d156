//! Words of the view about the page itself.

use crate::ui::state::Everyday;

/// On the links to the view, and over it.
pub const ABOUT: &str = "About";
/// On the link at the end of the page.
pub const ABOUT_MORE: &str = "About the models: figures, data, limits, and what this page asks for";
/// On the link out of it.
pub const BACK: &str = "Back";
/// Under the title.
pub const ABOUT_LEAD: &str = "What the models are, how often they are right and how that was measured, what they must not be used for, \
     and how you can check that your voice stays with you.";
/// While the figures are fetched.
pub const FIGURES_COMING: &str = "Fetching the figures\u{2026}";
/// Title of the main figures.
pub const HOW_RIGHT: &str = "How often it is right";
/// Under the main figures.
pub const HOW_MEASURED: &str = "Unweighted average recall: of each emotion's clips the share that was found, and the mean of the eight. Every clip \
     is of an actor whom the models had never heard (RAVDESS, 24 actors, five published folds), at one level of loudness; in \
     brackets the 95 % interval over actors. The shipped models were trained on all actors, so that nobody is \
     left to test them on; the model card names the recipes.";
/// Title of the confusions.
pub const CONFUSION: &str = "What is taken for what";
/// Of the table of confusions.
pub const CONFUSION_NOTE: &str = "Each row is an emotion that was played, in per cent of its clips; each column is the answer of the sharper tier. Its own \
     column is outlined.";
/// Corner of that table.
pub const PLAYED: &str = "Played \\ answered";
/// Title of all figures.
pub const ALL_FIGURES: &str = "All that was measured";
/// Columns of that table.
pub const FIGURE_COLUMNS: [&str; 5] = ["Protocol", "Model", "Classes", "UAR", "Calibration error"];
/// Under that table.
pub const ALL_FIGURES_NOTE: &str = "luna5, emobox6 and loso test on actors whom the models never heard; random5 on the same actors as in training, as most \
     published figures do, and says little about a stranger's voice. cross tests on a corpus of which nothing was trained on; crema5 on unseen \
     actors of CREMA-D. The calibration error is the mean distance between how sure the answers are and how often they are right.";
/// Title of data and licences.
pub const DATA: &str = "Data and licences";
/// Data and licences.
pub const DATA_NOTE: &str = "Learnt from RAVDESS (Livingstone & Russo 2018, CC BY-NC-SA 4.0), CREMA-D (Cao et al. 2014, ODbL 1.0), nEMO (Christop 2024, CC \
     BY-NC-SA 4.0) and the Picovoice wake-word benchmark (Apache-2.0); not one clip of them is in this page. The weights are therefore \
     CC BY-NC-SA 4.0: to be shared and adapted for other than commercial use, with attribution, under the same licence. \
     The speech encoder is the first layers of OpenAI's Whisper base (MIT). The code is MIT or Apache-2.0.";
/// On the link to the whole model card.
pub const MODEL_CARD: &str = "The whole model card";
/// Title of the notice.
pub const NOTICE_TITLE: &str = "If you record others";
/// Over the notice.
pub const NOTICE_LEAD: &str = "Whoever uses such a system on other people must tell them (EU AI Act, Art. 50(3)); at work and in education inferring \
     emotions is prohibited (Art. 5(1)(f)). You may use this text:";
/// The notice.
pub const NOTICE: &str = "Your voice is analysed by the program undertone, which estimates what emotion listeners would hear in it (neutral, calm, happy, \
     sad, angry, fearful, disgust, surprised). It does not know what you feel, it is often wrong, and it is not medical. The \
     recording is analysed on this device and sent nowhere. You may say no, and ask for the recording to be deleted.";
/// On the button.
pub const COPY: &str = "Copy the text";
/// After it was pressed.
pub const COPIED: &str = "Copied";
/// Title of the requests.
pub const REQUESTS: &str = "What this page has asked for";
/// Over the list of requests.
pub const REQUESTS_LEAD: &str = "Every file that the page and its worker have asked for since you opened it, as your browser has noted them. All of them \
     are this page's own; a recording is never among them, because it is never sent.";
/// The proof.
pub const REQUESTS_PROOF: &str = "The stronger proof: wait until an answer has been sharpened, switch your network off, and give it another recording.";
/// Column of the main figures.
pub const WHO: &str = "Who";
/// Someone who answers at random.
pub const CHANCE: &str = "Chance";
/// People.
pub const LISTENERS: &str = "People who listened (seven options, calm counted as neutral; Livingstone & Russo 2018)";
/// The quick tier.
pub const FIRST_ANSWER: &str = "First answer";
/// The deep tier.
pub const SHARPER_ANSWER: &str = "Sharper answer";

/// `79.1 %`
pub fn share(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// `79.1 % [75.2, 83.0]`
pub fn interval(mean: f64, [low, high]: [f64; 2]) -> String {
    format!("{} [{:.1}, {:.1}]", share(mean), 100.0 * low, 100.0 * high)
}

/// How ordinary people are answered.
pub fn everyday(everyday: Everyday) -> String {
    format!(
        "Ordinary people at home, who play no emotion, are answered neutral or calm in {} of cases; in {} another emotion is called \
         probable, a false alarm.",
        share(everyday.neutral_or_calm),
        share(everyday.false_alarms)
    )
}

/// Calibration of the sharper answer.
pub fn calibration(ece: f64) -> String {
    format!("How sure it says it is differs from how often it is right by {} on average.", share(ece))
}

/// Of the files.
pub fn file_hash(bytes: u64, sha256: &str) -> String {
    format!("{}, SHA-256 {}\u{2026}", super::bytes(bytes), sha256.get(..16).unwrap_or(sha256))
}
