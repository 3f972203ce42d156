//! Files that the page hands to the visitor.

use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::browser::Browser;
use crate::page::Page;

/// Takes what the page saves, so that it stays in the page; for [`Browser::before_each_page`].
const TAKE_SAVED: &str = "
    window.saved = [];
    const blobs = new Map();
    const create = URL.createObjectURL;
    URL.createObjectURL = blob => {
      const address = create.call(URL, blob);
      blobs.set(address, blob);
      return address;
    };
    HTMLAnchorElement.prototype.click = function () {
      window.saved.push({name: this.download, blob: blobs.get(this.href)});
    };";

/// A file that was saved.
#[derive(Clone, Debug)]
pub struct SavedFile {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl SavedFile {
    /// As text.
    ///
    /// # Errors
    /// Where it is none.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.bytes).with_context(|| format!("{} is no text", self.name))
    }
}

impl Page<'_> {
    /// From now on pages that are opened leave what they save to [`save`](Self::save).
    ///
    /// # Errors
    /// Where the browser is gone.
    pub async fn take_saved(browser: &Browser) -> Result<()> {
        browser.before_each_page(TAKE_SAVED).await
    }

    /// Presses a button that saves a file.
    ///
    /// # Errors
    /// Where no file comes.
    pub async fn save(&self, selector: &str) -> Result<SavedFile> {
        self.browser.run("window.saved.length = 0", vec![]).await?;
        self.press(selector).await?;
        let what = format!("a file after {selector}");
        self.browser.wait_for(&what, Duration::from_secs(20), "return window.saved.length === 1", vec![]).await?;
        let read = "const done = arguments[0], {name, blob} = window.saved[0], reader = new FileReader();
            reader.onload = () => done([name, blob.type, reader.result.split(',')[1] ?? '']);
            reader.readAsDataURL(blob);";
        let found = self.browser.client.execute_async(read, vec![]).await?;
        let text = |index: usize| found[index].as_str().unwrap_or_default();
        Ok(SavedFile { name: text(0).into(), kind: text(1).into(), bytes: STANDARD.decode(text(2))? })
    }

    /// Goes back to a clip of this visit.
    ///
    /// # Errors
    /// Where it is not among them.
    pub async fn go_back_to(&self, job: &str) -> Result<()> {
        self.press(&format!("#history [data-job='{job}'] .visit-show")).await?;
        let shown = "return document.querySelector('#result[aria-busy=false]')?.dataset.job === arguments[0]";
        let what = format!("the result of job {job}");
        self.browser.wait_for(&what, Duration::from_secs(10), shown, vec![json!(job)]).await.map(drop)
    }
}
