use half::f16;
use ndarray::{Array2, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use undertone::inference::{Emotion, Model, ModelEntry, ModelKind, N_CLASSES, OnnxModel, Output, Tier};

use super::attention::{self, AttentionTraining};
use super::embed::{Embedded, Embeddings};
use super::export::{attention_onnx, linear_onnx, projected_columns, svm_onnx};
use super::linear::{self, LinearTraining};
use super::recipe::DeepRecipe;
use super::rows::{Rows, allowed};
use super::svm::{self, SvmTraining};
use crate::corpus::{Clip, CorpusKind};

const WIDTH: usize = 4;
const POOLED: usize = 5 * WIDTH;

/// Clips of every class of a corpus, each class with its own place among the encoder's outputs.
fn voices(corpus: CorpusKind, each: usize, rng: &mut ChaCha8Rng) -> (Vec<Clip>, Embeddings) {
    let mut clips = Vec::new();
    let mut embeddings = Vec::new();
    for label in corpus.classes(&[]) {
        for number in 0..each {
            let mut noisy = |n: usize| -> Vec<f16> {
                let place = |at: usize| if at % N_CLASSES == label.index() { 2.0 } else { 0.0 };
                (0..n).map(|at| f16::from_f32(place(at) + rng.random_range(-0.5..0.5))).collect()
            };
            let blocks = noisy(N_CLASSES * 4);
            embeddings.push(vec![vec![Embedded::new(40, noisy(POOLED), blocks)]]);
            clips.push(Clip::made_up(corpus, &format!("{corpus}-{number}"), label, number));
        }
    }
    (clips, embeddings)
}

fn load(kind: ModelKind, input: &[usize], embedding: usize, bytes: &[u8]) -> OnnxModel {
    let entry = ModelEntry {
        name: "head".into(),
        kind,
        tier: Tier::Deep,
        file: "head.onnx".into(),
        bytes: bytes.len() as u64,
        sha256: String::new(),
        functionals: None,
        input: input.to_vec(),
        embedding,
        temperature: 1.0,
    };
    OnnxModel::load(&entry, bytes).unwrap()
}

fn winner(output: &Output) -> Emotion {
    undertone::inference::winner(&output.probabilities)
}

#[test]
fn a_corpus_weighs_by_the_recipe_and_its_classes_alike() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut clips, mut embeddings) = voices(CorpusKind::Ravdess, 2, &mut rng);
    let (more, theirs) = voices(CorpusKind::Nemo, 2, &mut rng);
    clips.extend(more);
    embeddings.extend(theirs);
    let copy = embeddings[0][0].clone();
    embeddings[0].push(copy);
    let train: Vec<usize> = (0..clips.len()).filter(|clip| *clip != 1).collect();
    let recipe = DeepRecipe::load("deep").unwrap();
    let rows = Rows::new(&recipe, &clips, &embeddings, &train, 1);
    let weight = |is_in: &dyn Fn(usize) -> bool| -> f32 {
        (0..rows.len()).filter(|row| is_in(*row)).map(|row| rows.weights[row]).sum()
    };
    let of = |corpus, label| weight(&|row| clips[rows.clips[row]].corpus == corpus && rows.labels[row] == label);
    assert!((weight(&|_| true) - 1.0).abs() < 1e-5);
    for label in Emotion::ALL {
        let wanted = of(CorpusKind::Ravdess, Emotion::Neutral);
        assert!((of(CorpusKind::Ravdess, label) - wanted).abs() < 1e-6);
    }
    let share = of(CorpusKind::Nemo, Emotion::Sad) * 6.0 / (of(CorpusKind::Ravdess, Emotion::Sad) * 8.0);
    let wanted = recipe.weight(CorpusKind::Nemo) * 12.0 / 15.0;
    assert!((share - wanted).abs() < 1e-4, "{share} {wanted}");
    assert_eq!(rows.copies.iter().filter(|copy| **copy == 1).count(), 1);
}

#[test]
fn a_class_without_labels_is_not_punished() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (clips, embeddings) = voices(CorpusKind::Nemo, 6, &mut rng);
    let nemo = allowed(&clips)[&CorpusKind::Nemo];
    assert!(!nemo[Emotion::Calm.index()] && !nemo[Emotion::Disgust.index()] && nemo[Emotion::Surprised.index()]);
    let (everyday, _) = voices(CorpusKind::Everyday, 1, &mut ChaCha8Rng::seed_from_u64(2));
    assert!(!allowed(&everyday)[&CorpusKind::Everyday][Emotion::Calm.index()]);
    let mine: Vec<Clip> = clips[..1].iter().map(|clip| Clip { corpus: CorpusKind::Folder, ..clip.clone() }).collect();
    assert_eq!(allowed(&mine)[&CorpusKind::Folder].map(usize::from).iter().sum::<usize>(), 1);

    let train: Vec<usize> = (0..clips.len()).collect();
    let rows = Rows::new(&DeepRecipe::load("deep").unwrap(), &clips, &embeddings, &train, 1);
    let (mean, scale) = rows.scaler();
    let x = rows.standardised(&mean, &scale);
    let fitted = linear::fit(&x, rows.targets(), &LinearTraining { l2: 0.01, iterations: 50 }, None).unwrap();
    let weights = |class: Emotion| fitted.weight.column(class.index()).iter().map(|w| w.abs()).sum::<f32>();
    assert_eq!((weights(Emotion::Calm), weights(Emotion::Disgust)), (0.0, 0.0));
    assert!(weights(Emotion::Sad) > 0.1);
}

#[test]
fn the_regression_learns_what_listeners_voted() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut clips, embeddings) = voices(CorpusKind::CremaD, 8, &mut rng);
    let mut votes = [0.0; N_CLASSES];
    (votes[Emotion::Sad.index()], votes[Emotion::Neutral.index()]) = (0.5, 0.5);
    clips.iter_mut().filter(|clip| clip.label == Emotion::Sad).for_each(|clip| clip.votes = Some(votes));
    let train: Vec<usize> = (0..clips.len()).collect();
    let sad_as_neutral = |share: f32| {
        let mut recipe = DeepRecipe::load("deep").unwrap();
        recipe.corpora.get_mut(&CorpusKind::CremaD).unwrap().votes = share;
        let rows = Rows::new(&recipe, &clips, &embeddings, &train, 1);
        let (mean, scale) = rows.scaler();
        let x = rows.standardised(&mean, &scale);
        let fitted = linear::fit(&x, rows.targets(), &LinearTraining { l2: 1e-3, iterations: 80 }, None).unwrap();
        let answers = fitted.probabilities(x.view());
        let sad: Vec<usize> = (0..rows.len()).filter(|row| rows.labels[*row] == Emotion::Sad).collect();
        sad.iter().map(|row| answers[*row][Emotion::Neutral.index()]).sum::<f32>() / sad.len() as f32
    };
    let (label, half, votes) = (sad_as_neutral(0.0), sad_as_neutral(0.5), sad_as_neutral(1.0));
    assert!(label < 0.1 && (0.2..0.3).contains(&half) && (0.4..0.55).contains(&votes), "{label} {half} {votes}");
}

#[test]
fn the_regression_learns_and_its_file_answers_the_same() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (clips, embeddings) = voices(CorpusKind::Ravdess, 12, &mut rng);
    let train: Vec<usize> = (0..clips.len()).collect();
    let rows = Rows::new(&DeepRecipe::load("deep").unwrap(), &clips, &embeddings, &train, 1);
    let (mean, scale) = rows.scaler();
    let x = rows.standardised(&mean, &scale);
    let training = LinearTraining { l2: 0.01, iterations: 60 };
    let fitted = linear::fit(&x, rows.targets(), &training, None).unwrap();
    let again = linear::fit(&x, rows.targets(), &training, Some(&fitted)).unwrap();
    let far = (&again.weight - &fitted.weight).iter().fold(0.0f32, |peak, w| peak.max(w.abs()));
    assert!(far < 0.02, "from its own solution it goes {far} further");

    let columns = projected_columns(1, WIDTH);
    let seen = x.select(Axis(1), &columns);
    let projection = linear::principal(&seen, 3, 1);
    let model = load(ModelKind::Linear, &[1, POOLED], 3, &linear_onnx(&fitted, &mean, &scale, &projection, 1));
    let (own, projected) = (fitted.probabilities(x.view()), seen.dot(&projection));
    let mut right = 0;
    for (row, window) in rows.windows.iter().enumerate() {
        let output = model.run(&window.encoded().unwrap().pooled).unwrap();
        right += usize::from(winner(&output) == rows.labels[row]);
        for (a, b) in own[row].iter().zip(&output.probabilities) {
            assert!((a - b).abs() < 0.02, "8 bits took {a} to {b}");
        }
        for (a, b) in projected.row(row).iter().zip(&output.embedding) {
            assert!((a - b).abs() < 0.05);
        }
    }
    assert!(right as f64 > 0.9 * rows.len() as f64, "{right} of {}", rows.len());
}

#[test]
fn principal_directions_are_those_of_most_variance() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let scales = [0.1, 5.0, 0.2, 1.0];
    let x = Array2::from_shape_fn((400, 4), |(_, column)| scales[column] * rng.random_range(-1.0f32..1.0));
    let found = linear::principal(&x, 2, 1);
    assert!(found[[1, 0]].abs() > 20.0 * found[[0, 0]].abs() && found[[3, 1]].abs() > 5.0 * found[[2, 1]].abs());
    let mean_square = x.dot(&found).iter().map(|v| v * v).sum::<f32>() / 800.0;
    assert!((mean_square - 1.0).abs() < 1e-3);
}

#[test]
fn the_support_vectors_tell_rings_apart_and_the_file_agrees() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let labels: Vec<Emotion> = (0..400).map(|row| Emotion::ALL[row % N_CLASSES]).collect();
    let mut x = Array2::zeros((400, 2));
    for (mut row, label) in x.outer_iter_mut().zip(&labels) {
        let (radius, angle) = (0.5 + label.index() as f32, rng.random_range(0.0..std::f32::consts::TAU));
        row[0] = radius * angle.cos();
        row[1] = radius * angle.sin();
    }
    let all = vec![[true; N_CLASSES]; 400];
    let fitted = svm::fit(&x, &labels, &all, &SvmTraining { c: 20.0, gamma: 2.0, rows: 400 }).unwrap();
    let model = load(ModelKind::Svm, &[1, 2], 0, &svm_onnx(&fitted));
    let mut right = 0;
    for (row, label) in x.outer_iter().zip(&labels) {
        let output = model.run(&row.to_vec()).unwrap();
        right += usize::from(winner(&output) == *label);
        let kernel = fitted
            .vectors
            .outer_iter()
            .map(|vector| (-fitted.gamma * vector.iter().zip(&row).map(|(a, b)| (a - b) * (a - b)).sum::<f32>()).exp());
        let kernel: ndarray::Array1<f32> = kernel.collect();
        let decisions = kernel.dot(&fitted.coefficients) + &fitted.bias;
        let mut scores = [0.0f32; N_CLASSES];
        for (decision, (first, second)) in decisions.iter().zip(svm::pairs()) {
            let win = 1.0 / (1.0 + (-2.0 * decision).exp());
            scores[first.index()] += win;
            scores[second.index()] += 1.0 - win;
        }
        let sum: f32 = scores.iter().map(|score| score.exp()).sum();
        for (score, p) in scores.iter().zip(&output.probabilities) {
            assert!((score.exp() / sum - p).abs() < 0.05, "{} against {p}", score.exp() / sum);
        }
    }
    assert!(right > 340, "{right} of 400");
    let one = vec![Emotion::Sad; 400];
    assert!(svm::fit(&x, &one, &all, &SvmTraining { c: 1.0, gamma: 1.0, rows: 1 }).is_err());
}

#[test]
fn attention_learns_and_its_file_answers_the_same_whatever_stands_behind() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let (clips, embeddings) = voices(CorpusKind::Ravdess, 10, &mut rng);
    let train: Vec<usize> = (0..clips.len()).collect();
    let rows = Rows::new(&DeepRecipe::load("deep").unwrap(), &clips, &embeddings, &train, 1);
    let training = AttentionTraining {
        hidden: 16,
        attention: 8,
        dropout: 0.0,
        epochs: 6,
        rows: 320,
        batch: 16,
        learning_rate: 1e-2,
        weight_decay: 0.0,
        label_smoothing: 0.05,
        networks: 2,
    };
    let fitted = attention::train(&rows, N_CLASSES, &training, 1, &|_, _| {}).unwrap();
    let bytes = attention_onnx(&fitted, 6).unwrap();
    let model = load(ModelKind::Attention, &[6, N_CLASSES + 1], 0, &bytes);
    let mut right = 0;
    for (row, window) in rows.windows.iter().enumerate() {
        let blocks = window.blocks().unwrap();
        let mut input = Vec::new();
        for block in blocks.chunks(N_CLASSES) {
            input.extend_from_slice(block);
            input.push(1.0);
        }
        let (mut quiet, mut loud) = (input.clone(), input);
        quiet.resize(6 * (N_CLASSES + 1), 0.0);
        loud.extend([9.0; N_CLASSES].iter().chain(&[0.0]).copied().cycle().take(2 * (N_CLASSES + 1)));
        let output = model.run(&quiet).unwrap();
        right += usize::from(winner(&output) == rows.labels[row]);
        assert_eq!(output.probabilities, model.run(&loud).unwrap().probabilities);
    }
    assert!(right > 60, "{right} of 80");
}
