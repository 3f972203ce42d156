//! The model card.

use undertone::inference::{BaselineMember, EncoderEntry, Manifest};

use super::headline;
use super::tables::{anchors, confusion, corpora, figures, per_class, percent, tier, uar};
use crate::corpus::CorpusKind;
use crate::results::{Results, Run};

/// The card of the models in `manifest`, with the figures of `results`.
pub fn render(manifest: &Manifest, results: &Results) -> String {
    let mut text = format!(
        "# Model card: undertone {}\n\n\
         <!-- Written by `train-native report` from manifest.json and results.json; edits are overwritten. -->\n\n\
         Models that hear an emotion expressed in the voice, as listeners would hear it: {}. They run whole in the browser \
         or on one machine, on 16 kHz mono sound of any length with silence cut and the level evened out; the answer is one \
         probability a class.\n\n",
        manifest.version,
        manifest.labels.join(", "),
    );
    text += &files(manifest);
    match headline(results) {
        Some(run) => text += &accuracy(run, results, &origin_of(manifest, run)),
        None => text += "## Accuracy\n\nNo figure has been recorded for this set of models.\n\n",
    }
    text += &limits();
    if let Some(encoder) = &manifest.encoder {
        text += &encoder_section(encoder);
    }
    text += &licence(manifest, headline(results));
    text
}

fn files(manifest: &Manifest) -> String {
    let mut text =
        String::from("## Files\n\n| model | tier | file | KB | SHA-256 |\n| --- | --- | --- | ---: | --- |\n");
    for model in &manifest.models {
        text += &format!(
            "| {} | {} | `{}` | {:.0} | `{}` |\n",
            model.name,
            tier(model.tier),
            model.file,
            model.bytes as f64 / 1e3,
            model.sha256.get(..16).unwrap_or(&model.sha256),
        );
    }
    if let Some(encoder) = &manifest.encoder {
        text += &format!(
            "| {} (encoder) | deep | `{}` | {:.0} | `{}` |\n",
            encoder.name,
            encoder.file,
            encoder.bytes as f64 / 1e3,
            encoder.sha256.get(..16).unwrap_or(&encoder.sha256),
        );
    }
    if let Some(baseline) = &manifest.baseline {
        text += &format!(
            "| the training speakers' means | deep | `{}` | {:.0} | `{}` |\n",
            baseline.file,
            baseline.bytes as f64 / 1e3,
            baseline.sha256.get(..16).unwrap_or(&baseline.sha256),
        );
    }
    for ensemble in &manifest.ensembles {
        let members: Vec<String> =
            ensemble.members.iter().map(|member| format!("{} × {:.2}", member.model, member.weight)).collect();
        text += &format!(
            "\nThe {} ensemble is a {} of {}, at a temperature of {:.2}.\n",
            tier(ensemble.tier),
            if ensemble.pool.is_linear() { "soft vote" } else { "logarithmic pool" },
            members.join(", "),
            ensemble.temperature,
        );
    }
    if let Some(baseline) = &manifest.baseline {
        let member = |member: &BaselineMember| {
            format!("{}{} × {:.2}", member.model, if member.less { " less it" } else { "" }, member.weight)
        };
        let members: Vec<String> = baseline.members.iter().map(member).collect();
        text += &format!(
            "\nWith a speaker's ordinary voice it is a logarithmic pool of {}, at a temperature of {:.2}.\n",
            members.join(", "),
            baseline.temperature,
        );
    }
    text + &format!("\nFeature set `{}`; its numbers are in `manifest.json`.\n\n", manifest.features.version)
}

/// Whose figures the headline's are, as far as the shipped models go.
fn origin_of(manifest: &Manifest, run: &Run) -> String {
    let deep = manifest.version.split_once('+').and_then(|(_, deep)| deep.rsplit_once('-')).map(|(recipe, _)| recipe);
    match deep.filter(|recipe| run.tier == undertone::inference::Tier::Deep && *recipe != run.recipe) {
        Some(recipe) => format!(
            "trained on all actors of all training corpora ({}), the deep ones by the recipe `{recipe}`, of which no run by `luna5` has been \
             recorded; the headline is of `{}`",
            corpora(run),
            run.recipe
        ),
        None => format!(
            "trained on all actors of all training corpora ({}) by the same recipe, so nobody is left to test them on",
            corpora(run)
        ),
    }
}

fn accuracy(run: &Run, results: &Results, origin: &str) -> String {
    let clips: u64 = run.confusion.iter().flatten().sum::<u64>() / run.seeds.len().max(1) as u64;
    format!(
        "## Accuracy\n\n\
         **{}: UAR {} %** (unweighted average recall, {} classes; chance {}), RAVDESS speech, protocol `luna5`: each of \
         {clips} clips is answered by models that never heard its actor. Mean over {}, in brackets the 95 % interval from \
         resampling actors. Every recording's level is evened out first, so gain tells nothing.\n\n\
         The figures come from these folds, not from the shipped weights: the shipped models are {origin}.\n\n\
         {}\n\
         `luna5`, `emobox6` and `loso` test on actors never heard in training; `random5` tests on the actors of the \
         training set, as most published figures do, and says little about a stranger's voice.\n\n\
         ### Each class (the headline's run)\n\n{}\n\
         ### Confusion (the headline's run, % of each row)\n\n{}\n\
         ### What others reach on RAVDESS, 8 classes, %\n\n{}\n\
         Read the protocol before the figure: the same network gains ten points and more when it has heard the actors.\n\n\
         ### Reproduce\n\n```sh\n{}\n```\n\n\
         Recipe `{}` (configuration SHA-256 `{}`), seeds {}, commit `{}`. Machine-readable: `results.json`.\n\n",
        match run.tier {
            undertone::inference::Tier::Quick => "Quick ensemble",
            undertone::inference::Tier::Deep => "Deep ensemble",
        },
        uar(run),
        run.classes,
        percent(1.0 / run.classes.max(1) as f64),
        seeds(run),
        figures(results),
        per_class(run),
        confusion(run),
        anchors(),
        command(run),
        run.recipe,
        run.config_sha256,
        run.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
        run.commit,
    )
}

pub(super) fn seeds(run: &Run) -> String {
    match run.seeds.len() {
        1 => "one seed".into(),
        n => format!("{n} seeds (± their standard deviation)"),
    }
}

pub(super) fn command(run: &Run) -> String {
    let mut command = String::from("cargo run -p train-native --release -- train");
    for corpus in &run.train {
        command += &format!(" --corpus {corpus}=PATH");
    }
    if run.tier == undertone::inference::Tier::Deep {
        command = format!(
            "cargo run -p train-native --release -- encoder --weights WHISPER_BASE/model.safetensors\n{command} --tier deep"
        );
    }
    if ![crate::recipe::DEFAULT, crate::deep::recipe::DEFAULT].contains(&run.recipe.as_str()) {
        command += &format!(" --recipe {}", run.recipe);
    }
    command
}

/// What the models are not, one paragraph each.
pub(super) const LIMITS: [&str; 3] = [
    "It tells what is expressed in the voice, as listeners would hear it, never what somebody feels. It is not a medical \
     device and not fit for any decision about a person.",
    "The training speech was acted by professionals in studios, one sentence at a time. Spontaneous, noisy or far-away \
     speech, children, other accents and other languages are not in the figures above unless a row says so; expect less \
     there. Listeners themselves agree with the label of about six RAVDESS clips in ten.",
    "In the EU, inferring emotions at work and in education is prohibited (AI Act, Art. 5(1)(f)); elsewhere, whoever uses \
     such a system on other people must tell them (Art. 50(3)). Personal use is outside.",
];

fn limits() -> String {
    let items: String = LIMITS.iter().map(|limit| format!("- {limit}\n")).collect();
    format!("## What it is not\n\n{items}\n")
}

fn encoder_section(encoder: &EncoderEntry) -> String {
    format!(
        "## The encoder\n\n\
         `{}` (`{}`; the name gives width and layers) is the stem and the first layers of the encoder of OpenAI's Whisper base (Radford et al. \
         2022, *Robust Speech Recognition via Large-Scale Weak Supervision*), licence {} with the notice in \
         `LICENSE-whisper`. Its weights are frozen; they were only stored with fewer levels (23 in groups of 64, 8 bits in \
         the convolutions) by `train-native encoder`. Input: log-mel `{}`, windows of at most {:.1} s; output: mean, \
         deviation and means of the thirds of each layer, and means over 100 ms.\n\n\
         Whisper learned from 680,000 hours of web audio whose list is not public: that it heard a clip of the corpora below \
         cannot be excluded; that it saw an emotion label can.\n\n",
        encoder.name,
        encoder.file,
        encoder.license,
        encoder.features,
        encoder.window_frames as f32 / 100.0,
    )
}

fn licence(manifest: &Manifest, headline: Option<&Run>) -> String {
    let mut text = format!(
        "## Licence of the weights\n\n\
         {}: the weights were learned from corpora under that licence, and may be shared and adapted for non-commercial use \
         with attribution, under the same licence. The code has its own licence. Not one clip of a corpus is contained here. \
         Learned from:\n\n",
        manifest.license
    );
    for corpus in headline.map_or(&[CorpusKind::Ravdess][..], |run| &run.train) {
        text += &format!("- {}\n", citation(*corpus));
    }
    text
}

pub(super) fn citation(corpus: CorpusKind) -> &'static str {
    match corpus {
        CorpusKind::Ravdess => {
            "RAVDESS (CC BY-NC-SA 4.0): Livingstone SR, Russo FA (2018) The Ryerson Audio-Visual Database of Emotional \
             Speech and Song (RAVDESS): A dynamic, multimodal set of facial and vocal expressions in North American \
             English. PLoS ONE 13(5): e0196391. https://doi.org/10.1371/journal.pone.0196391"
        }
        CorpusKind::CremaD => {
            "CREMA-D (ODbL 1.0): Cao H, Cooper DG, Keutmann MK, Gur RC, Nenkova A, Verma R (2014) CREMA-D: Crowd-sourced \
             Emotional Multimodal Actors Dataset. IEEE Transactions on Affective Computing 5(4). \
             https://doi.org/10.1109/TAFFC.2014.2336244"
        }
        CorpusKind::Nemo => {
            "nEMO (CC BY-NC-SA 4.0): Christop I (2024) nEMO: Dataset of Emotional Speech in Polish. LREC-COLING 2024"
        }
        CorpusKind::RavdessSong => {
            "RAVDESS, song (CC BY-NC-SA 4.0): Livingstone SR, Russo FA (2018). PLoS ONE 13(5): e0196391. \
             https://doi.org/10.1371/journal.pone.0196391"
        }
        CorpusKind::Emovo => {
            "EMOVO (under its own terms): Costantini G, Iadarola I, Paoloni A, Todisco M (2014) EMOVO Corpus: an Italian \
             Emotional Speech Database. LREC 2014"
        }
        CorpusKind::Savee => {
            "SAVEE (under its own terms): Haq S, Jackson PJB (2010) Multimodal Emotion Recognition. In: Wang W (ed) Machine \
             Audition: Principles, Algorithms and Systems. IGI Global"
        }
        CorpusKind::Tess => {
            "TESS (under its own terms): Pichora-Fuller MK, Dupuis K (2020) Toronto emotional speech set (TESS). Borealis. \
             https://doi.org/10.5683/SP2/E8H2MF"
        }
        CorpusKind::Emodb => {
            "EmoDB (under its own terms): Burkhardt F, Paeschke A, Rolfes M, Sendlmeier W, Weiss B (2005) A Database of \
             German Emotional Speech. Interspeech 2005. https://doi.org/10.21437/Interspeech.2005-446"
        }
        CorpusKind::Folder | CorpusKind::Table => "clips of the trainer's own, under their own terms",
        CorpusKind::Everyday => "Picovoice wake-word benchmark (Apache-2.0), taken as neutral speech",
    }
}
