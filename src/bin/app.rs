//! The page.

fn main() {
    undertone::ui::mount();
}
