//! The parts of the page, each its own file.

mod about;
mod answer;
mod batch;
mod clip;
mod deep_line;
mod drop_zone;
mod footer;
mod header;
mod history;
mod keep;
mod message;
mod models;
mod newer;
mod position;
mod preparation;
mod progress;
mod quality;
mod record;
mod result;
mod sharper_switch;
mod stages;
mod threshold;
mod timeline;
mod voice;
mod why;

pub(super) use about::About;
pub(super) use batch::batch_line;
pub(super) use drop_zone::DropZone;
pub(super) use footer::Footer;
pub(super) use header::Header;
pub(super) use history::History;
pub(super) use message::{Message, Status};
pub(super) use newer::Newer;
pub(super) use progress::Progress;
pub(super) use result::Result;
pub(super) use sharper_switch::SharperSwitch;
