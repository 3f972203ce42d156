//! What is no usable clip gets a sentence that names what is wrong, and the page goes on working.

use anyhow::{Result, bail, ensure};
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Outcome, Page};
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// Words of which the message must have one, in lower case.
    words: &'static [&'static str],
}

fn cases() -> Vec<Case> {
    let case = |name, bytes, words| Case { name, bytes, words };
    let mut damaged = voice(1.0, 150.0, 16_000);
    damaged[8_000..8_100].fill(f32::NAN);
    let eight: Vec<f32> = voice(1.0, 150.0, 16_000).into_iter().flat_map(|sample| [sample; 8]).collect();
    let whole = good_clip();
    vec![
        case("empty.wav", Vec::new(), &["empty"]),
        case("letter.wav", b"Dear reader, this is no sound at all.\n".repeat(50), &["could not be read as audio"]),
        case("header-only.wav", whole[..20].to_vec(), &["could not be read", "sound", "ends"]),
        case("blink.wav", wav(&voice(0.05, 150.0, 16_000), 16_000, 1, Encoding::Pcm16), &["0.05 s", "at least"]),
        case("lecture.wav", wav(&voice(600.0, 150.0, 8_000), 8_000, 1, Encoding::Pcm8), &["longer than"]),
        case("silence.wav", wav(&[0.0; 32_000], 16_000, 1, Encoding::Pcm16), &["silent"]),
        case("noise.wav", wav(&noise(2.0), 16_000, 1, Encoding::Pcm16), &["no speech was found"]),
        case("chord.wav", wav(&chord(2.0), 16_000, 1, Encoding::Pcm16), &["no speech was found"]),
        case("surround.wav", wav(&eight, 16_000, 8, Encoding::Pcm16), &["8 channels"]),
        case("damaged.wav", wav(&damaged, 16_000, 1, Encoding::Float32), &["not numbers", "nan"]),
    ]
}

/// White noise at 16 kHz.
fn noise(seconds: f32) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 25) as f32 - 0.25
    };
    (0..(seconds * 16_000.0) as usize).map(|_| next()).collect()
}

/// C major at 16 kHz, each note with five partials.
fn chord(seconds: f32) -> Vec<f32> {
    let note = |hz: f32, time: f32| -> f32 {
        (1..=5_u8).map(f32::from).map(|k| (std::f32::consts::TAU * (k * hz * time).fract()).sin() / k).sum()
    };
    let at = |n: usize| n as f32 / 16_000.0;
    (0..(seconds * 16_000.0) as usize)
        .map(|n| [261.6, 329.6, 392.0].map(|hz| 0.1 * note(hz, at(n))).iter().sum())
        .collect()
}

#[tokio::test]
async fn every_bad_file_is_named_and_a_good_one_works_after_it() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let expected = page.result_of("voice.wav", &good_clip()).await?.vector()?;
        let mut wrong = Vec::new();
        for case in cases() {
            match page.drop_file(case.name, &case.bytes).await? {
                Outcome::Message(message) => {
                    println!("{:<16} {}", case.name, message.replace('\n', " "));
                    let lower = message.to_lowercase();
                    if !case.words.iter().any(|word| lower.contains(word)) {
                        wrong.push(format!("{}: {message}", case.name));
                    }
                }
                Outcome::Result(shown) => wrong.push(format!("{} was judged {}", case.name, shown.winner)),
            }
            let after = page.result_of("voice.wav", &good_clip()).await?.vector()?;
            ensure!(after == expected, "after {} a good clip got another answer", case.name);
        }
        ensure!(wrong.is_empty(), "messages that do not say what is wrong: {}", wrong.join("; "));
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_cut_in_the_middle_says_so() -> Result<()> {
    let site = Site::built("/")?;
    let whole = good_clip();
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        match page.drop_file("cut.wav", &whole[..whole.len() / 2]).await? {
            Outcome::Result(shown) => {
                println!("cut.wav          {} ({})", shown.winner, shown.notices);
                shown.check()?;
                ensure!(shown.notices.contains("ends early"), "no notice: {:?}", shown.notices);
            }
            Outcome::Message(message) => {
                println!("cut.wav          {message}");
                if !message.contains("cut") && !message.contains("ends") {
                    bail!("the message does not say that the file is cut: {message}");
                }
            }
        }
        page.result_of("voice.wav", &whole).await?.check()
    })
    .await
}
