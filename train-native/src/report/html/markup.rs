//! HTML from text: all that is not markup goes through [`escape`] here.

use std::fmt::Write;

/// `text` as the content of an element or of a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// `text` with what stands between backticks as code, and addresses as links.
pub fn inline(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            html += &format!("<code>{}</code>", escape(part));
            continue;
        }
        let words: Vec<String> = part.split(' ').map(linked).collect();
        html += &words.join(" ");
    }
    html
}

fn linked(word: &str) -> String {
    let address = word.trim_end_matches(['.', ',', ';']);
    let rest = &word[address.len()..];
    if !address.starts_with("https://") {
        return escape(word);
    }
    let address = escape(address);
    format!("<a href=\"{address}\">{address}</a>{rest}")
}

/// A paragraph of [`inline`] text.
pub fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", inline(text))
}

/// A list of [`inline`] items.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", inline(item.as_ref()))).collect();
    format!("<ul>\n{items}</ul>\n")
}

/// A section that can be linked to.
pub fn section(id: &str, title: &str, html: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n{html}</section>\n",
        title = escape(title)
    )
}

/// Something that is folded away until asked for.
pub fn details(summary: &str, html: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{html}</details>\n", inline(summary))
}

/// A picture with words under it.
pub fn figure(picture: &str, caption: &str) -> String {
    format!("<figure>\n{picture}<figcaption>{}</figcaption>\n</figure>\n", inline(caption))
}

/// Two parts beside each other, where there is room.
pub fn pair(first: &str, second: &str) -> String {
    format!("<div class=\"pair\">\n<div>\n{first}</div>\n<div>\n{second}</div>\n</div>\n")
}

/// The head of a column, and what it holds.
#[derive(Clone, Copy)]
pub enum Column<'a> {
    /// Words.
    Words(&'a str),
    /// Words that stay on one line.
    Short(&'a str),
    /// Words that may take some lines, but not one a word.
    Long(&'a str),
    /// Figures, set to the right.
    Figure(&'a str),
}

/// A line of a table; its first cell is its head.
pub struct Row {
    /// Text, for [`inline`].
    pub cells: Vec<String>,
    /// Whether the line stands out.
    pub is_main: bool,
}

impl Row {
    /// A line as any other.
    pub fn new(cells: Vec<String>) -> Self {
        Self { cells, is_main: false }
    }
}

/// Lines under one head; the only group of a table needs none.
pub struct Group {
    /// The head, for [`inline`].
    pub name: Option<String>,
    /// The lines.
    pub rows: Vec<Row>,
}

/// A table that scrolls by itself where the page is narrower.
pub fn table(caption: &str, columns: &[Column], groups: &[Group]) -> String {
    let class = |column: Option<&Column>| match column {
        Some(Column::Figure(_)) => " class=\"n\"",
        Some(Column::Short(_)) => " class=\"short\"",
        Some(Column::Long(_)) => " class=\"long\"",
        _ => "",
    };
    let mut html = format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n<caption><span>{}</span></caption>\n<thead><tr>",
        escape(&caption.replace('`', "")),
        inline(caption),
    );
    for column in columns {
        let (Column::Words(head) | Column::Short(head) | Column::Long(head) | Column::Figure(head)) = column;
        let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(Some(column)), inline(head));
    }
    html += "</tr></thead>\n";
    for group in groups {
        html += "<tbody>\n";
        if let Some(name) = &group.name {
            let _ = writeln!(
                html,
                "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{}\"><span>{}</span></th></tr>",
                columns.len(),
                inline(name)
            );
        }
        for row in &group.rows {
            html += if row.is_main { "<tr class=\"main\">" } else { "<tr>" };
            for (index, cell) in row.cells.iter().enumerate() {
                let (element, scope) = if index == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
                let _ = write!(html, "<{element}{scope}{}>{}</{element}>", class(columns.get(index)), inline(cell));
            }
            html += "</tr>\n";
        }
        html += "</tbody>\n";
    }
    html + "</table>\n</div>\n"
}

/// A table of one group without a head.
pub fn plain_table(caption: &str, columns: &[Column], rows: Vec<Row>) -> String {
    table(caption, columns, &[Group { name: None, rows }])
}
