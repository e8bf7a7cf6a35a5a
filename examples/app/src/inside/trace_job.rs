//! The work behind the pictures, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use eframe::egui::Context;

use super::Subject;
use super::insight::Insight;

/// What is known of a subject, or why nothing is.
type Known = Result<Arc<Insight>, String>;

/// What was computed last.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// The subject that was looked into.
    pub(super) subject: Subject,
    /// What is known of it.
    pub(super) known: Known,
    /// Whether it is the subject that was asked for. If not, that one is being computed.
    pub(super) current: bool,
}

/// What was computed last, and what is being computed.
///
/// One thread works at a time: while an image follows a slider, only its newest state waits.
#[derive(Debug, Default)]
pub(super) struct TraceJob {
    done: Option<(Subject, Known)>,
    running: Option<(Subject, Receiver<Insight>)>,
}

impl TraceJob {
    /// What is known of `subject` or, while that is being computed, of the one before, if there was one.
    pub(super) fn poll(&mut self, subject: &Subject, context: &Context) -> Option<Look> {
        if let Some((of, receiver)) = self.running.take() {
            match receiver.try_recv() {
                Ok(insight) => self.done = Some((of, Ok(Arc::new(insight)))),
                Err(TryRecvError::Empty) => self.running = Some((of, receiver)),
                Err(TryRecvError::Disconnected) => {
                    self.done = Some((of, Err("looking inside failed".to_owned())));
                }
            }
        }
        let is_current = |(of, known): &(Subject, Known)| holds(of, known, subject);
        if !self.done.as_ref().is_some_and(is_current) && self.running.is_none() {
            self.start(subject, context);
        }
        self.done.as_ref().map(|done| Look {
            subject: done.0.clone(),
            known: done.1.clone(),
            current: is_current(done),
        })
    }

    /// Drops what was computed.
    pub(super) fn clear(&mut self) {
        self.done = None;
    }

    fn start(&mut self, subject: &Subject, context: &Context) {
        let (sender, receiver) = mpsc::channel();
        let (of, wake) = (subject.clone(), context.clone());
        let work = move || {
            // Nobody listens any more if the window has been closed.
            let _ = sender.send(Insight::new(&of));
            wake.request_repaint();
        };
        match thread::Builder::new().name("inside".to_owned()).spawn(work) {
            Ok(_) => self.running = Some((subject.clone(), receiver)),
            Err(error) => self.done = Some((subject.clone(), Err(error.to_string()))),
        }
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
