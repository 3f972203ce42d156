//! The second answer: it comes after the first and takes its place; the visitor's data and the first answer are safe
//! whatever happens to it.

use anyhow::{Result, bail, ensure};
use serde_json::json;
use undertone_e2e::axe;
use undertone_e2e::browser::{Browser, INSECURE_HOST};
use undertone_e2e::deep::files;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

const SAVE_DATA: &str =
    "Object.defineProperty(Navigator.prototype, 'connection', {configurable: true, get: () => ({saveData: true})})";

/// Notes each state of the line, and where the parts of the result stand at each frame.
const WATCH: &str = "
    window.seen = []; window.places = [];
    const look = () => {
      const result = document.querySelector('#result');
      if (!result) return;
      const now = [result.dataset.job, result.dataset.tier, document.querySelector('#deep-status').dataset.state];
      if (String(seen.at(-1)) !== String(now)) seen.push(now);
    };
    const paint = () => {
      const [top, ...places] = ['.answer', '.sound', '.models', '.times'].map(
        part => document.querySelector('#result ' + part)?.getBoundingClientRect().top).map((place, _, all) => place - all[0]);
      if (top === 0 && String(window.places.at(-1)) !== String(places)) window.places.push(places);
      requestAnimationFrame(paint);
    };
    paint();
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true, attributes: true});";

#[tokio::test]
async fn the_second_answer_takes_the_place_of_the_first() -> Result<()> {
    let files = files(&path_from("UNDERTONE_DIST")?)?;
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        page.start_drop("voice.wav", &good_clip(), WATCH).await?;
        let shown = page.sharpened().await?;
        shown.check()?;
        for file in &files[1..] {
            shown.model(&file.name)?;
        }
        let seen = browser.run("return window.seen", vec![]).await?;
        ensure!(page.deep_figure("hearings").await? == 1.0, "a clean clip was not heard once");
        let names: Vec<&str> = seen.as_array().into_iter().flatten().filter_map(|now| now[2].as_str()).collect();
        let tiers: Vec<&str> = seen.as_array().into_iter().flatten().filter_map(|now| now[1].as_str()).collect();
        println!("{}", names.join(" -> "));
        ensure!(tiers.first() == Some(&"quick") && tiers.last() == Some(&"deep"), "{seen}");
        for state in ["fetching", "loading", "running", "ready"] {
            ensure!(names.contains(&state), "the page was never {state}: {names:?}");
        }
        ensure!(seen.as_array().is_some_and(|all| all.iter().all(|now| now[0] == shown.job.as_str())), "{seen}");
        let places = browser.run("return window.places", vec![]).await?;
        ensure!(moved_by(&places)? < 0.5, "the page jumped: {places}");
        ensure!(page.text("#status").await?.contains("Sharpened"), "the new answer is not announced");
        let again = page.result_of("again.wav", &good_clip()).await?;
        ensure!(again.vector()? == shown.vector()?, "the first answer has changed");
        ensure!(page.sharpened().await?.vote("deep")? == shown.vote("deep")?, "the second answer has changed");
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

/// Pixels by which any of the parts moved, over all the places they were seen at.
fn moved_by(places: &serde_json::Value) -> Result<f64> {
    let places: Vec<Vec<Option<f64>>> = serde_json::from_value(places.clone())?;
    let Some(last) = places.last() else { bail!("the parts of the result were never seen") };
    ensure!(last.iter().all(Option::is_some), "a part of the result never came: {last:?}");
    let moved = |part: usize| {
        let mut seen = places.iter().filter_map(|now| now[part]);
        let first = seen.next().unwrap_or_default();
        seen.map(|place| (place - first).abs()).fold(0.0, f64::max)
    };
    Ok((0..last.len()).map(moved).fold(0.0, f64::max))
}

#[tokio::test]
async fn nothing_of_it_is_fetched_before_a_first_answer() -> Result<()> {
    let files = files(&path_from("UNDERTONE_DIST")?)?;
    let site = Site::built("/")?;
    let ((), requests) = Browser::with_requests(site.origin(), async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        // Whatever the worker asked for when its models were ready is asked for before this.
        let fence = "fetch('models/README.md?fence').then(answer => answer.text()).then(arguments[0])";
        browser.client.execute_async(fence, vec![]).await?;
        Ok(())
    })
    .await?;
    ensure!(requests.iter().any(|address| address.ends_with("?fence")), "the record is not whole: {requests:?}");
    let early = requests.iter().find(|address| files.iter().any(|file| address.contains(&file.file)));
    ensure!(early.is_none(), "{early:?} was fetched without a clip");
    Ok(())
}

#[tokio::test]
async fn a_second_visit_fetches_nothing_of_it() -> Result<()> {
    let mut files = Vec::new();
    let site = Site::changed(|folder| {
        files = undertone_e2e::deep::files(folder)?;
        Ok(())
    })?;
    let (answers, requests) = Browser::with_requests(site.origin(), async |browser| {
        let mut answers = Vec::new();
        for visit in 1..=2 {
            let page = Page::open(browser, &site).await?;
            page.result_of("voice.wav", &good_clip()).await?;
            answers.push(page.sharpened().await?.vote("deep")?);
            println!("visit {visit}: the files were there after {:.0} ms", page.deep_figure("fetchMillis").await?);
            for file in &files {
                // What is gone from the host can only come from the browser.
                for name in [file.file.clone(), format!("{}.gzip", file.file)] {
                    std::fs::remove_file(site.folder()?.join("models").join(name)).ok();
                }
            }
        }
        Ok(answers)
    })
    .await?;
    ensure!(answers[0] == answers[1], "{answers:?}");
    for file in &files {
        let asked = requests.iter().filter(|address| address.contains(&format!("/{}", file.file))).count();
        ensure!(asked == 1, "{} was asked for {asked} times in two visits", file.file);
    }
    Ok(())
}

#[tokio::test]
async fn a_kept_file_that_was_altered_is_fetched_anew() -> Result<()> {
    let encoder = files(&path_from("UNDERTONE_DIST")?)?[0].file.clone();
    let site = Site::built("/")?;
    let alter = "const [name, done] = arguments;
        const kept = async () => {
          const cache = await caches.open('undertone-deep');
          const key = (await cache.keys()).find(key => key.url.includes('/' + name));
          return [cache, key, new Uint8Array(await (await cache.match(key)).arrayBuffer())];
        };
        kept().then(async ([cache, key, bytes]) => {
          bytes[bytes.length >> 1] ^= 1;
          await cache.put(key, new Response(bytes));
          await cache.put('models/' + name + '?sha256=old', new Response('of an earlier version'));
          done((await cache.keys()).length);
        });";
    let state = "const [name, done] = arguments;
        caches.open('undertone-deep').then(async cache => {
          const keys = await cache.keys();
          const key = keys.find(key => key.url.includes('/' + name));
          const digest = await crypto.subtle.digest('SHA-256', await (await cache.match(key)).arrayBuffer());
          const hex = [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
          done([keys.length, key.url.endsWith('?sha256=' + hex)]);
        });";
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let first = page.sharpened().await?;
        let before = browser.client.execute_async(alter, vec![json!(encoder)]).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        ensure!(page.sharpened().await?.vote("deep")? == first.vote("deep")?);
        let after = browser.client.execute_async(state, vec![json!(encoder)]).await?;
        ensure!(after[1] == true, "what is kept is still altered");
        ensure!(after[0].as_u64() < before.as_u64(), "the file of an earlier version is still kept");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn it_works_where_the_browser_keeps_nothing() -> Result<()> {
    let site = Site::built("/")?;
    let address = site.address.replace("127.0.0.1", INSECURE_HOST);
    Browser::with_insecure_host(async |browser| {
        let page = Page::open_at(browser, &address).await?;
        ensure!(browser.run("return !('caches' in window)", vec![]).await? == true, "there is a Cache Storage here");
        page.result_of("voice.wav", &good_clip()).await?;
        page.sharpened().await?.check()
    })
    .await
}

/// A voice over loud noise.
fn noisy_clip() -> Vec<u8> {
    let mut state = 5_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.06 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    let samples: Vec<f32> = voice(2.0, 150.0, 16_000).into_iter().map(|sample| sample + noise()).collect();
    wav(&samples, 16_000, 1, Encoding::Pcm16)
}

#[tokio::test]
async fn a_noisy_clip_is_heard_twice_or_once_where_its_noise_cannot_be_reduced() -> Result<()> {
    let note = "return document.querySelector('#result [data-group=deep]').textContent.includes('heard twice')";
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    let whole = Site::built("/some/where/")?;
    let without = Site::changed(|folder| Ok(std::fs::remove_file(folder.join("noise.rnn"))?))?;
    let mut answers = Vec::new();
    for (site, hearings) in [(whole, 2.0), (without, 1.0)] {
        let answer = Browser::with(async |browser| {
            let page = Page::open(browser, &site).await?;
            ensure!(page.models_state().await? == "ready");
            page.start_drop("noisy.wav", &noisy_clip(), WATCH).await?;
            let shown = page.sharpened().await?;
            shown.check()?;
            let places = browser.run("return window.places", vec![]).await?;
            ensure!(moved_by(&places)? < 0.5, "the page jumped: {places}");
            let figures = [page.deep_figure("hearings").await?, page.deep_figure("windows").await?];
            ensure!(figures == [hearings; 2], "hearings and windows: {figures:?}");
            ensure!(browser.run(note, vec![]).await? == (hearings > 1.0), "what the page says of it is not so");
            if hearings > 1.0 {
                for (width, scheme) in [(1280, "light"), (320, "dark")] {
                    let name = format!("heard-twice-{width}-{scheme}.png");
                    page.screenshot(&screenshots.join(name), width, scheme).await?;
                    axe::check(browser, &format!("heard twice, {width} px, {scheme}")).await?;
                }
            }
            Ok(shown.probabilities)
        })
        .await?;
        answers.push(answer);
    }
    ensure!(answers[0] != answers[1], "the second hearing said nothing");
    Ok(())
}

#[tokio::test]
async fn a_visitor_who_saves_data_is_asked_once() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        browser.before_each_page(SAVE_DATA).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let (_, words) = page.deep_state(&["asked"]).await?;
        println!("asked: {words}");
        ensure!(words.contains("MB, once"), "the question does not say how much: {words}");
        page.press("#deep-get").await?;
        let first = page.sharpened().await?;
        first.check()?;
        let kept = "return localStorage.length";
        ensure!(browser.run(kept, vec![]).await? == 0, "a yes to one question was kept as a choice");
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        ensure!(page.sharpened().await?.vote("deep")? == first.vote("deep")?, "what is kept needs no question");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_switch_is_kept_and_obeyed() -> Result<()> {
    let site = Site::built("/")?;
    let on = "return document.querySelector('#deep-switch')?.checked ?? null";
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        ensure!(browser.run(on, vec![]).await? == true, "the switch is off at first");
        page.press("#deep-switch").await?;
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        ensure!(browser.run(on, vec![]).await? == false, "the choice was not kept");
        page.result_of("voice.wav", &good_clip()).await?;
        page.deep_state(&["asked"]).await?;
        page.press("#deep-switch").await?;
        page.sharpened().await?.check()
    })
    .await
}

#[tokio::test]
async fn stop_ends_a_long_clip_at_once_and_so_does_a_newer_one() -> Result<()> {
    const TIMES: usize = 5;
    let site = Site::built("/")?;
    let long = wav(&voice(60.0, 150.0, 16_000), 16_000, 1, Encoding::Pcm8);
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let first = page.result_of("voice.wav", &good_clip()).await?;
        let sharp = page.sharpened().await?;
        let mut times = Vec::new();
        for _ in 0..TIMES {
            page.result_of("long.wav", &long).await?;
            let stop = "const done = arguments[0];
                const line = () => document.querySelector('#deep-status');
                const look = () => {
                  const button = document.querySelector('#deep-stop');
                  if (line().dataset.state === 'ready') return done('it was over before it could be stopped');
                  if (!button || !/part [2-9]/.test(line().innerText)) return setTimeout(look, 5);
                  const start = performance.now();
                  const watch = new MutationObserver(() => {
                    if (line().dataset.state !== 'running') { watch.disconnect(); done(performance.now() - start); }
                  });
                  watch.observe(line(), {attributes: true});
                  button.click();
                };
                look();";
            match browser.client.execute_async(stop, vec![]).await?.as_f64() {
                Some(millis) => times.push(millis),
                None => bail!("no Stop while a clip of 60 s was heard"),
            }
            let shown = page.shown().await?;
            ensure!(shown.tier == "quick", "a stopped clip was sharpened");
            ensure!(page.text("#deep-status").await?.contains("Stopped"));
        }
        times.sort_by(f64::total_cmp);
        println!("Stop took {times:.0?} ms, median {:.0}", times[TIMES / 2]);
        ensure!(times[TIMES / 2] < 300.0, "Stop took {times:?} ms");

        page.result_of("long.wav", &long).await?;
        page.deep_state(&["running"]).await?;
        let after = page.result_of("voice.wav", &good_clip()).await?;
        ensure!(after.vector()? == first.vector()?, "another answer than before");
        ensure!(page.sharpened().await?.vote("deep")? == sharp.vote("deep")?, "another second answer than before");
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}
