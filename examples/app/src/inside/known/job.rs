//! The work behind the pictures, on a thread of its own.

use std::sync::Arc;

use eframe::egui::Context;

use crate::inside::Subject;
use crate::inside::known::insight::Insight;
use crate::jobs::worker::{Backlog, Worker};

/// What is known of a subject, or why nothing is.
type Known = Result<Arc<Insight>, String>;

/// What was computed last.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// The subject that was looked into.
    pub(crate) subject: Subject,
    /// What is known of it.
    pub(crate) known: Known,
    /// Whether it is the subject that was asked for. If not, that one is being computed.
    pub(crate) current: bool,
}

/// What was computed last, and what is being computed.
///
/// One subject at a time: while an image follows a slider, it is asked for as the slider has it when the last one is done.
#[derive(Debug, Default)]
pub(crate) struct TraceJob {
    done: Option<(Subject, Known)>,
    running: Option<Subject>,
    worker: Option<Worker<Subject, Insight>>,
}

impl TraceJob {
    /// What is known of `subject` or, while that is being computed, of the one before, if there was one.
    pub(crate) fn poll(&mut self, subject: &Subject, context: &Context) -> Option<Look> {
        let worker = self.worker.get_or_insert_with(|| {
            Worker::new(context, Backlog::Latest, |subject: Subject| Insight::new(&subject))
        });
        if let Some(insight) = worker.poll()
            && let Some(of) = self.running.take()
        {
            let known = insight.map(Arc::new).map_err(|error| format!("looking inside failed: {error}"));
            self.done = Some((of, known));
        }
        let is_current = |(of, known): &(Subject, Known)| holds(of, known, subject);
        if !self.done.as_ref().is_some_and(is_current) && self.running.is_none() {
            worker.ask(subject.clone());
            self.running = Some(subject.clone());
        }
        self.done.as_ref().map(|done| Look {
            subject: done.0.clone(),
            known: done.1.clone(),
            current: is_current(done),
        })
    }

    /// Drops what was computed.
    pub(crate) fn clear(&mut self) {
        self.done = None;
    }
}

/// Whether what is known of `of` is true of `subject`, too: the same image and model, not only equal ones, and no other
/// reading.
fn holds(of: &Subject, known: &Known, subject: &Subject) -> bool {
    let read_alike = match (known, &subject.prediction) {
        (Ok(insight), Some(prediction)) => insight.prediction.as_ref() == Some(&**prediction),
        _ => true,
    };
    read_alike && Arc::ptr_eq(&of.image, &subject.image) && Arc::ptr_eq(&of.model, &subject.model)
}
