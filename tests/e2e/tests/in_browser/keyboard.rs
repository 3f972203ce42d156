//! Every function by keyboard alone: whatever can be pressed is reached by Tab, shows that it is, and does its work.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;

const LIMIT: Duration = Duration::from_secs(40);
/// So many elements no view has.
const MOST: usize = 250;
/// Numbers all that can be pressed and is to be seen, and gives their count.
const NUMBER: &str = "let count = 0;
    for (const element of document.querySelectorAll(
        'a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')) {
      delete element.dataset.key;
      if (!element.disabled && element.getClientRects().length) element.dataset.key = count++;
    }
    return count";
/// What has the focus: its number, whether that can be seen, and what it is.
const FOCUSED: &str = "const element = document.activeElement, style = getComputedStyle(element);
    const label = element.matches('input') ? element.labels?.[0] : null;
    const seen = [element, label, label?.parentElement].filter(Boolean).some(part => {
      const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(part);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    });
    return [element.dataset.key ?? null, seen, element.outerHTML.slice(0, 160)]";

async fn press(browser: &Browser, key: char) -> Result<()> {
    let keys = KeyActions::new("keys".into()).then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
    browser.client.perform_actions(keys).await?;
    Ok(())
}

/// Goes through the view by Tab; each element must be met, and show its focus.
async fn walk(browser: &Browser, view: &str) -> Result<()> {
    browser.run("document.activeElement.blur(); window.getSelection().removeAllRanges()", vec![]).await?;
    let count = browser.run(NUMBER, vec![]).await?.as_u64().context("no count")? as usize;
    ensure!((5..MOST).contains(&count), "{view}: {count} elements");
    let mut met = vec![false; count];
    for _ in 0..count + 5 {
        press(browser, Key::Tab.into()).await?;
        let found = browser.run(FOCUSED, vec![]).await?;
        let Some(number) = found[0].as_str().and_then(|number| number.parse::<usize>().ok()) else { continue };
        ensure!(found[1] == true, "{view}: no focus is to be seen on {}", found[2]);
        met[number] = true;
    }
    let missed: Vec<usize> = (0..count).filter(|number| !met[*number]).collect();
    if !missed.is_empty() {
        let which =
            "return arguments[0].map(key => document.querySelector(`[data-key=\"${key}\"]`)?.outerHTML.slice(0, 160))";
        let which = browser.run(which, vec![json!(missed)]).await?;
        anyhow::bail!("{view}: Tab never comes to {which:#}");
    }
    Ok(())
}

/// Goes on by Tab until `selector` has the focus, and presses `key`.
async fn go_and_press(browser: &Browser, selector: &str, key: char) -> Result<()> {
    for _ in 0..MOST {
        let here = browser.run("return document.activeElement.matches(arguments[0])", vec![json!(selector)]).await?;
        if here == json!(true) {
            return press(browser, key).await;
        }
        press(browser, Key::Tab.into()).await?;
    }
    anyhow::bail!("Tab never comes to {selector}")
}

async fn then(browser: &Browser, what: &str, script: &str) -> Result<Value> {
    browser.wait_for(what, LIMIT, script, vec![]).await
}

#[tokio::test]
async fn every_function_is_there_for_those_who_have_no_pointer() -> Result<()> {
    let site = Site::built("/")?;
    let (enter, space) = (char::from(Key::Enter), ' ');
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        walk(browser, "the first screen").await?;

        go_and_press(browser, ".samples button", enter).await?;
        then(browser, "a result", "return document.querySelector('#result[aria-busy=false]') !== null").await?;
        page.sharpened().await?;
        page.open_all_details().await?;
        walk(browser, "a result").await?;

        go_and_press(browser, "#why-ask", enter).await?;
        then(browser, "the reasons", "return document.querySelector('#why').dataset.state === 'done'").await?;
        go_and_press(browser, "#treat-ends", space).await?;
        then(browser, "another answer", "return document.querySelector('#result').dataset.turn === '1'").await?;
        page.sharpened().await?;
        go_and_press(browser, "#clip-position", Key::End.into()).await?;
        let end = "const {ariaValueNow, ariaValueMax} = document.querySelector('#clip-position');
            return ariaValueNow === ariaValueMax";
        then(browser, "the cursor at the end", end).await?;
        go_and_press(browser, "#play-recorded", enter).await?;
        then(browser, "the sound", "return document.querySelector('#play-recorded').dataset.plays === 'true'").await?;
        go_and_press(browser, "#keep-results", space).await?;
        then(browser, "the switch", "return document.querySelector('#erase-results') !== null").await?;
        go_and_press(browser, "#erase-results", enter).await?;
        then(browser, "the switch back", "return document.querySelector('#erase-results') === null").await?;
        walk(browser, "a result with its reasons").await?;

        go_and_press(browser, "#about-top", enter).await?;
        then(browser, "the view", "return document.querySelector('#figures')?.dataset.state === 'ready'").await?;
        walk(browser, "about").await?;
        go_and_press(browser, "#about-back", enter).await?;
        then(browser, "the result", "return document.querySelector('#about') === null").await.map(drop)
    })
    .await
}
