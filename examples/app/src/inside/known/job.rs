//! Computes the insights on a thread of its own.

use std::sync::Arc;

use eframe::egui::Context;

use crate::inside::Subject;
use crate::inside::known::insight::Insight;
use crate::jobs::worker::{Backlog, Worker};

/// The insight into a subject, or why there is none.
type Known = Result<Arc<Insight>, String>;

/// The latest result.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// The subject that it was computed for.
    pub(crate) subject: Subject,
    /// The result.
    pub(crate) known: Known,
    /// Whether it is for the requested subject. If not, that one is still being computed.
    pub(crate) current: bool,
}

/// The latest result, and the computation in progress.
///
/// One subject is computed at a time: while a slider moves, the next request uses its position when the
/// previous computation ends.
#[derive(Debug, Default)]
pub(crate) struct TraceJob {
    done: Option<(Subject, Known)>,
    running: Option<Subject>,
    worker: Option<Worker<Subject, Insight>>,
}

impl TraceJob {
    /// The result for `subject` or, while that is being computed, the previous result, if there is one.
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

    /// Drops the result.
    pub(crate) fn clear(&mut self) {
        self.done = None;
    }
}

/// Whether the result for `of` is also valid for `subject`: the same image and model, not only equal ones,
/// and no other reading.
fn holds(of: &Subject, known: &Known, subject: &Subject) -> bool {
    let read_alike = match (known, &subject.prediction) {
        (Ok(insight), Some(prediction)) => insight.prediction.as_ref() == Some(&**prediction),
        _ => true,
    };
    read_alike && Arc::ptr_eq(&of.image, &subject.image) && Arc::ptr_eq(&of.model, &subject.model)
}
