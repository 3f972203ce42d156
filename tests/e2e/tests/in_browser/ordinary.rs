//! A visitor reads three sentences, so that answers are set against their ordinary voice; and sets answers right.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::{Value, json};
use tempfile::TempDir;
use undertone_e2e::EMOTIONS;
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Page, STORED, Shown};
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

const ENTER: &str = "\u{e007}";
const SOON: Duration = Duration::from_secs(20);
const LONG: Duration = Duration::from_secs(90);
const DRESSES: [(u32, &str); 4] = [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")];
const FOCUSED: &str = "return document.activeElement?.id === arguments[0]";
const SAYS: &str = "return (document.querySelector(arguments[0])?.innerText ?? '').includes(arguments[1])";
const GONE: &str = "return document.querySelector(arguments[0]) === null";

/// What the microphone hears, and its folder.
fn heard() -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("heard.wav");
    std::fs::write(&file, wav(&voice(6.0, 130.0, 48_000), 48_000, 1, Encoding::Pcm16))?;
    Ok((folder, file))
}

async fn press(browser: &Browser, id: &str) -> Result<()> {
    let element = browser.client.find(Locator::Id(id)).await.with_context(|| format!("there is no #{id}"))?;
    element.send_keys(ENTER).await.with_context(|| format!("#{id}"))
}

async fn focused(browser: &Browser, id: &str) -> Result<()> {
    browser.wait_for(&format!("the focus on {id}"), LONG, FOCUSED, vec![json!(id)]).await.map(drop)
}

async fn says(browser: &Browser, selector: &str, words: &str) -> Result<()> {
    let what = format!("{selector} to say {words}");
    browser.wait_for(&what, LONG, SAYS, vec![json!(selector), json!(words)]).await.map(drop)
}

async fn stored(browser: &Browser, count: Value) -> Result<()> {
    browser
        .wait_for(&format!("{count} stored voices"), SOON, STORED, vec![json!("undertone-voices"), count])
        .await
        .map(drop)
}

/// Records the sentence that is shown.
async fn speak(browser: &Browser, seconds: u32) -> Result<()> {
    focused(browser, "reading-record").await?;
    press(browser, "reading-record").await?;
    let script = "const time = document.querySelector('#reading-time')?.innerText.split(':');
        return time !== undefined && Number(time[0]) * 60 + Number(time[1]) >= arguments[0]";
    browser.wait_for("the sentence to grow", SOON, script, vec![json!(seconds)]).await?;
    focused(browser, "reading-stop").await?;
    press(browser, "reading-stop").await
}

/// Reads all sentences, by the keyboard alone.
async fn read(browser: &Browser) -> Result<()> {
    press(browser, "reading-begin").await?;
    for sentence in 0..3 {
        let script = "return document.querySelector('#reading')?.dataset.sentence === arguments[0]";
        browser.wait_for("the sentence", LONG, script, vec![json!(sentence.to_string())]).await?;
        speak(browser, 4).await?;
    }
    says(browser, "#voices-said", "are now set against").await?;
    focused(browser, "ordinary-title").await
}

async fn rename(browser: &Browser, name: &str) -> Result<()> {
    let script = "const field = document.querySelector('#voice-name');
        field.value = arguments[0];
        field.dispatchEvent(new Event('change', {bubbles: true}))";
    browser.run(script, vec![json!(name)]).await.map(drop)
}

/// The answer in hand, once it is for the voice.
async fn for_you(page: &Page<'_>) -> Result<Shown> {
    let script = "return document.querySelector('#result')?.dataset.for === 'you'";
    page.browser.wait_for("the answer for the voice", LONG, script, vec![]).await?;
    page.shown().await
}

async fn import(page: &Page<'_>, folder: &TempDir, bytes: &[u8]) -> Result<()> {
    let file = folder.path().join("given.json");
    std::fs::write(&file, bytes)?;
    let input = page.browser.client.find(Locator::Id("voice-file")).await?;
    input.send_keys(&file.to_string_lossy()).await.map_err(Into::into)
}

#[tokio::test]
async fn a_voice_is_read_used_kept_and_erased() -> Result<()> {
    let site = Site::built("/")?;
    let (folder, file) = heard()?;
    let pictures = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with_microphone(&file, async |browser| {
        Page::take_saved(browser).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let anyone = page.sharpened().await?;
        press(browser, "ordinary-offer").await?;
        focused(browser, "reading-begin").await?;
        press(browser, "reading-begin").await?;
        focused(browser, "reading-record").await?;
        for (width, scheme) in DRESSES {
            page.screenshot(&pictures.join(format!("reading-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("reading, {width} px, {scheme}")).await?;
        }
        speak(browser, 1).await?;
        says(browser, "#reading-message", "less than two seconds").await?;
        press(browser, "reading-cancel").await?;
        focused(browser, "reading-begin").await?;

        read(browser).await?;
        stored(browser, json!(null)).await?;
        let own = for_you(&page).await?;
        ensure!(own.job == anyone.job, "the sentences are among the clips of the visit");
        ensure!(browser.run("return document.querySelectorAll('#history .visit').length", vec![]).await? == 1);
        let sum: f64 = own.probabilities.values().sum();
        ensure!((sum - 1.0).abs() < 1e-4 && own.probabilities != anyone.probabilities, "{own:?}");
        press(browser, "for-anyone").await?;
        says(browser, "#whose-words", "For My voice:").await?;
        ensure!(page.shown().await?.probabilities == anyone.probabilities, "another answer for anyone than before");
        press(browser, "for-you").await?;
        says(browser, "#whose-words", "Set against the ordinary voice").await?;
        ensure!(page.shown().await?.probabilities == own.probabilities);
        let usual = page.text("#voice [data-attribute=pitch]").await?;
        ensure!(usual.contains("your usual"), "{usual}");
        let kept: Value = serde_json::from_str(page.save("#keep-json").await?.text()?)?;
        let near = |value: &Value, of: &Shown| {
            EMOTIONS.iter().all(|name| value[name].as_f64().is_some_and(|p| (p - of.probabilities[*name]).abs() < 2e-6))
        };
        ensure!(
            near(&kept["personal"]["probabilities"], &own) && near(&kept["answer"]["probabilities"], &anyone),
            "{kept}"
        );
        ensure!(kept["personal"]["corrected"] == false && kept["personal"]["against_ordinary_voice"] == true);
        for (width, scheme) in DRESSES {
            page.screenshot(&pictures.join(format!("ordinary-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("an ordinary voice, {width} px, {scheme}")).await?;
        }

        rename(browser, "Anna").await?;
        says(browser, "#for-you", "For Anna").await?;
        press(browser, "voice-keep").await?;
        stored(browser, json!(1)).await?;
        let saved = page.save("#voice-save").await?;
        ensure!(saved.name == "Anna-voice.json", "{}", saved.name);
        let value: Value = serde_json::from_str(saved.text()?)?;
        ensure!(value["schema"] == "undertone-voice-1" && value["baseline"]["clips"] == 3, "{}", value["schema"]);

        let page = Page::open(browser, &site).await?;
        says(browser, "#voice-choice", "Anna").await?;
        page.result_of("again.wav", &good_clip()).await?;
        page.sharpened().await?;
        ensure!(for_you(&page).await?.probabilities == own.probabilities, "the voice has changed by being kept");

        let version = value["baseline"]["version"].as_str().context("no version")?;
        let forge = "const open = await new Promise(resolve => {
              const request = indexedDB.open('undertone-voices');
              request.onsuccess = () => resolve(request.result);
            });
            const table = open.transaction('records', 'readwrite').objectStore('records');
            const get = what => new Promise(resolve => { what.onsuccess = () => resolve(what.result); });
            const [key] = await get(table.getAllKeys()), [bytes] = await get(table.getAll());
            const text = [...bytes].map(byte => String.fromCharCode(byte)).join('');
            bytes[text.indexOf(arguments[0])] = 'z'.charCodeAt(0);
            table.put(bytes, key);
            await new Promise(resolve => { table.transaction.oncomplete = resolve; });
            open.close();";
        browser.run(forge, vec![json!(version)]).await?;
        let page = Page::open(browser, &site).await?;
        says(browser, "#voices-void", "\u{201c}Anna\u{201d} was made with older models").await?;
        page.result_of("again.wav", &good_clip()).await?;
        ensure!(page.sharpened().await?.probabilities == anyone.probabilities, "a void voice is used");
        axe::check(browser, "a void voice").await?;

        press(browser, "voice-erase").await?;
        says(browser, "#voices-said", "erased").await?;
        stored(browser, json!(null)).await?;
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        ensure!(browser.run(GONE, vec![json!("#voice-choice")]).await? == true, "an erased voice is back");

        import(&page, &folder, &saved.bytes).await?;
        says(browser, "#voices-said", "came from a file").await?;
        page.result_of("again.wav", &good_clip()).await?;
        page.sharpened().await?;
        ensure!(for_you(&page).await?.probabilities == own.probabilities, "the voice has changed in the file");
        let text = saved.text()?;
        for (bytes, words) in [
            (b"not JSON".to_vec(), "not what this page writes"),
            (text.replace("undertone-voice-1", "undertone-voice-7").into_bytes(), "another version of the page"),
            (text.replace(version, "0123456789abcdef").into_bytes(), "other models"),
            (text.replace("\"clips\":3", "\"clips\":0").into_bytes(), "no speech"),
            (vec![b' '; 4_100_000], "4.1 MB"),
        ] {
            import(&page, &folder, &bytes).await?;
            says(browser, "#voices-trouble", words).await?;
        }
        press(browser, "voices-erase").await?;
        browser.wait_for("no voices", SOON, GONE, vec![json!("#voice-choice")]).await?;
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn where_nothing_can_be_stored_the_voice_lasts_for_the_visit() -> Result<()> {
    let site = Site::built("/")?;
    let (_folder, file) = heard()?;
    Browser::with_microphone(&file, async |browser| {
        browser
            .before_each_page("IDBFactory.prototype.open = () => { throw new Error('storage is blocked'); };")
            .await?;
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        read(browser).await?;
        press(browser, "voice-keep").await?;
        says(browser, "#voices-trouble", "storage is blocked").await?;
        says(browser, "#voices-trouble", "works for this visit").await?;
        page.result_of("voice.wav", &good_clip()).await?;
        page.sharpened().await?;
        for_you(&page).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_visitor_who_saves_data_is_asked_before_the_models_are_fetched() -> Result<()> {
    let site = Site::built("/")?;
    let (_folder, file) = heard()?;
    let saves =
        "Object.defineProperty(Navigator.prototype, 'connection', {configurable: true, get: () => ({saveData: true})})";
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(saves).await?;
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        press(browser, "reading-begin").await?;
        speak(browser, 4).await?;
        says(browser, "#reading", "MB, once").await?;
        axe::check(browser, "a reading that needs more models").await?;
        press(browser, "reading-get").await?;
        let next = "return document.querySelector('#reading')?.dataset.sentence === '1'";
        browser.wait_for("the second sentence", LONG, next, vec![]).await?;
        // Another clip ends the sentence that is listened to, and says so.
        speak(browser, 4).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let over = "const reading = document.querySelector('#reading');
            return reading?.dataset.judging === 'false' && (reading.dataset.sentence === '2' || reading.innerText.includes('came between'))";
        browser.wait_for("the sentence to end", LONG, over, vec![]).await?;
        page.sharpened().await?.check()
    })
    .await
}

#[tokio::test]
async fn an_answer_is_set_right_and_that_is_taken_back() -> Result<()> {
    let site = Site::built("/")?;
    let pictures = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        Page::take_saved(browser).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let before = page.sharpened().await?;
        let label = if before.winner == "calm" { "sad" } else { "calm" };
        let correct = async || -> Result<Shown> {
            press(browser, "wrong").await?;
            let labels = "return document.querySelectorAll('#wrong-labels button').length";
            ensure!(browser.run(labels, vec![]).await? == 8);
            let chosen = browser.client.find(Locator::Css(&format!("[data-label={label}]"))).await?;
            chosen.send_keys(ENTER).await?;
            says(browser, "#learned", &format!("Learned from 1 correction: 1 {label}.")).await?;
            focused(browser, "wrong").await?;
            for_you(&page).await
        };
        press(browser, "wrong").await?;
        for (width, scheme) in DRESSES {
            page.screenshot(&pictures.join(format!("wrong-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("the labels, {width} px, {scheme}")).await?;
        }
        press(browser, "wrong").await?;
        let after = correct().await?;
        ensure!(after.probabilities[label] > before.probabilities[label] + 0.05, "{after:?}");
        let kept: Value = serde_json::from_str(page.save("#keep-json").await?.text()?)?;
        ensure!(kept["personal"]["corrected"] == true && kept["personal"]["against_ordinary_voice"] == false, "{kept}");
        for (width, scheme) in DRESSES {
            page.screenshot(&pictures.join(format!("learned-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("a correction, {width} px, {scheme}")).await?;
        }
        page.result_of("again.wav", &good_clip()).await?;
        page.sharpened().await?;
        let again = for_you(&page).await?;
        ensure!(again.probabilities == after.probabilities, "what was learned is not applied to the next clip");

        for button in ["learned-undo", "learned-forget"] {
            press(browser, button).await?;
            browser.wait_for("nothing learned", SOON, GONE, vec![json!("#learned")]).await?;
            ensure!(page.shown().await?.probabilities == before.probabilities, "{button}: the answer is not as before");
            focused(browser, "wrong").await?;
            if button == "learned-undo" {
                correct().await?;
            }
        }
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_timeline_is_read_as_heard_and_against_the_ordinary_voice() -> Result<()> {
    let site = Site::built("/")?;
    let mut samples = voice(5.0, 110.0, 16_000);
    samples.extend(voice(4.0, 260.0, 16_000));
    let clip = wav(&samples, 16_000, 1, Encoding::Pcm16);
    Browser::with(async |browser| {
        Page::take_saved(browser).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("long.wav", &clip).await?;
        let both = "return document.querySelector('#timeline-against')?.ariaPressed === 'false'";
        browser.wait_for("both timelines", LONG, both, vec![]).await?;
        let heard = page.save("#timeline-csv").await?;
        press(browser, "timeline-against").await?;
        let against = page.save("#timeline-csv").await?;
        ensure!(heard.bytes != against.bytes && heard.text()?.lines().count() == against.text()?.lines().count());
        for (width, scheme) in DRESSES {
            page.dress(width, scheme, "no-preference").await?;
            axe::check(browser, &format!("a timeline against the ordinary voice, {width} px, {scheme}")).await?;
        }
        press(browser, "timeline-heard").await?;
        ensure!(page.save("#timeline-csv").await?.bytes == heard.bytes);
        Ok(())
    })
    .await
}
