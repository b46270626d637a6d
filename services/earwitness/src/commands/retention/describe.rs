//! `retention describe`: two drafts filled from the settings: what speakers must be told, and the impact assessment.

use crate::{answer::Answer, config::Config};

#[expect(clippy::print_stdout, reason = "the answer")]
pub(super) fn run(config: &Config) -> Answer {
    let models: Vec<&str> = config.transcribe.models.values().map(String::as_str).collect();
    let facts = Facts {
        audio_hours: config.kafka.audio_retention_hours,
        event_hours: config.kafka.event_retention_hours,
        transcripts_days: config.retention.transcripts_days,
        clips_days: config.retention.clips_days,
        flags_days: config.retention.flags_days,
        margin_s: config.evidence.margin_s,
        models: models.join(", "),
        screening: if config.screen.classifier { "rules and a text classifier" } else { "rules" },
    };
    println!("{}\n{}", facts.for_speakers(), facts.assessment());
    Answer::Done
}

struct Facts {
    audio_hours: i64,
    event_hours: i64,
    transcripts_days: i64,
    clips_days: i64,
    flags_days: i64,
    margin_s: i64,
    models: String,
    screening: &'static str,
}

impl Facts {
    fn for_speakers(&self) -> String {
        let Self { audio_hours, transcripts_days, clips_days, flags_days, margin_s, screening, .. } = self;
        format!(
            "# For those who speak in our rooms

A draft from the settings of this instance. What stands in [brackets] is yours to fill in; have it read by whoever answers
for data protection, and check the articles against their current text (Regulation (EU) 2016/679, Articles 13 and 14).

**Who answers for this:** [name, address, data protection officer].

**What happens.** While you speak in a live room, a program on our own machines turns speech into text. {screening} look
for passages that may break the law or our rules, and mark them. A mark decides nothing: people listen and decide. Sound
is not sent to anybody outside for this. Your voice is not used to recognise who you are.

**Why, and on what ground:** [safety of the service and duties under Regulation (EU) 2022/2065; the legal basis you rely
on, and the legitimate interests if it is Article 6(1)(f)].

**How long it is kept.**

| what | how long |
|---|---|
| sound of the room | {audio_hours} hours |
| text in which nothing was marked | {transcripts_days} days |
| the sound of a marked passage, with {margin_s} seconds before and after it, encrypted | {clips_days} days; where there is a decision, from the last one on |
| the text of a marked passage | {flags_days} days; where there is a decision, from the last one on |
| that something was heard, when, how it was judged, and the log of everything that was done | [as you decide], without what was said |

Longer where a court or an authority asks for it, or while a case is open.

**Who receives it:** reviewers of ours; authorities and courts where the law says so; [processors, if any].

**Your rights:** to see it, to have it corrected, to have it erased, to object, to complain to an authority
[name of the authority]. On a request for erasure we tell you what we erased, what we had to keep, and why.
Write to [address]. A decision that concerns you comes with its reasons and with how to contest it.
"
        )
    }

    fn assessment(&self) -> String {
        let Self { audio_hours, event_hours, transcripts_days, clips_days, flags_days, margin_s, models, screening } =
            self;
        format!(
            "# Data protection impact assessment

A draft from the settings of this instance (Regulation (EU) 2016/679, Article 35). What stands in [brackets] is yours.

## 1. What is done
- Sound of live rooms is recorded to a topic and kept there for {audio_hours} hours; then the broker deletes it.
- Speech becomes text on our own machines (models: {models}). Text is announced to the next stage on a topic that keeps it
  for {event_hours} hours.
- {screening} mark passages. For each mark a clip is cut: its samples and {margin_s} seconds on both sides.
- Speakers are named as the source of the room names them; voices are not matched with each other or with anybody.
- People who listen nearby, and children, may be heard: [how the rooms are announced; the least age].
- Scale: [rooms a day, speakers, listeners, countries].

## 2. Why it is needed, and why not less
- Purpose: [find what breaks the law or the rules while a room is live; answer notices and orders; give reasons].
- Text where nothing was marked goes after {transcripts_days} days, sound after {audio_hours} hours: a complaint about a
  passage that nobody marked can be looked at for that long. [Is that enough, is it too much?]
- Clips stay {clips_days} days after they are cut or after the last decision: users may complain for six months, and
  disputes take time (Regulation (EU) 2022/2065, Articles 20 and 21).
- Text of marked passages stays {flags_days} days.

## 3. Risks, and what is done about them
| risk | measure | left |
|---|---|---|
| somebody listens who should not | clips are sealed with a key for each room (AES-256-GCM); the keys are wrapped by a master key in a file; the clips' folder is for its owner alone; each export is an event in the audit log | [who holds the master key; access to the machine; disks] |
| sound on the topic is not encrypted by us | {audio_hours} hours; [encryption of disks and of connections] | [ ] |
| erased data comes back from a backup | the key of a room is one row; backups of the database hold it until they end | [how long backups are kept] |
| the machine marks what is harmless | marks are pointers; people decide; text that was invented over music or silence is never marked | [measured error rates by language] |
| the record is changed | append-only rights, a signed Merkle log of every change | [who holds the signing key; where checkpoints are kept elsewhere] |
| an erased text is guessed | the log holds a salted hash of a whole window: who holds the database can test a guess of the whole text, nothing less | [ ] |
| people speak less freely | [what speakers are told, and where] | [ ] |

## 4. Erasure
`earwitness erase` by speaker, room or flag. A legal hold, an undecided case, and a decision of the last {clips_days} days
keep what belongs to them; the answer says so. Every deletion stands in a log of its own and in the audit log.

## 5. Who was asked
[data protection officer; representatives of those concerned; the authority, if the risk stays high (Article 36)]
"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    #[test]
    fn the_drafts_say_what_the_settings_say() {
        let facts = Facts {
            audio_hours: 7,
            event_hours: 701,
            transcripts_days: 31,
            clips_days: 371,
            flags_days: 1_811,
            margin_s: 13,
            models: "tiny.en, base".to_owned(),
            screening: "rules",
        };
        let (speakers, assessment) = (facts.for_speakers(), facts.assessment());
        for told in ["7 hours", "31 days", "371 days", "1811 days", "13 seconds"] {
            assert!(speakers.contains(told) && assessment.contains(told), "{told}");
        }
        assert!(assessment.contains("701 hours") && assessment.contains("models: tiny.en, base"));
        assert!(!speakers.contains('{') && !assessment.contains('{'));
    }
}
