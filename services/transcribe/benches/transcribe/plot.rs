//! The figures as a picture: bars of streams a core, and of word errors.

use std::fmt::Write;

use crate::report::{Report, Row};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 190.0;
const BAR: f64 = 22.0;
const STEP: f64 = 30.0;
const COLOURS: [(&str, &str); 4] =
    [("service", "#0b6e99"), ("ordinary", "#b5651d"), ("padded", "#d9a066"), ("bare calls", "#8a8f98")];

/// An SVG file.
pub(crate) fn svg(report: &Report) -> String {
    let streams: Vec<_> = report.rows.iter().map(|row| (row, row.streams, format!("{:.1}", row.streams))).collect();
    let rates = report.rows.iter().filter_map(|row| Some((row, row.errors?.rate())));
    let errors: Vec<_> = rates.map(|(row, rate)| (row, rate, format!("{rate:.1} %"))).collect();
    let mut bars = String::new();
    let below = chart(&mut bars, 28.0, "Streams a core in real time (more is better)", &streams);
    let height = chart(&mut bars, below + 24.0, "Words wrong (less is better)", &errors);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{bars}</svg>\n"
    )
}

/// Draws from `top` on and says where it ends.
fn chart(out: &mut String, top: f64, title: &str, bars: &[(&Row, f64, String)]) -> f64 {
    let most = bars.iter().map(|(_, value, _)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let _ = writeln!(out, "<text x=\"16\" y=\"{top}\" font-size=\"15\" font-weight=\"bold\">{title}</text>");
    let mut y = top + 14.0;
    for (row, value, label) in bars {
        let length = (WIDTH - LEFT - 80.0) * value / most;
        let colour = COLOURS.iter().find(|(way, _)| *way == row.way).map_or("#000", |(_, colour)| colour);
        let (middle, end) = (y + BAR * 0.7, LEFT + length + 6.0);
        let _ = writeln!(
            out,
            "<text x=\"{:.0}\" y=\"{middle:.0}\" text-anchor=\"end\">{}, {}</text>\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>\
             <text x=\"{end:.1}\" y=\"{middle:.0}\">{label}</text>",
            LEFT - 8.0,
            row.sound,
            row.way
        );
        y += STEP;
    }
    y + 10.0
}
