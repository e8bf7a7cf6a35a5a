#![doc = include_str!(concat!(env!("OUT_DIR"), "/README.md"))]

/// A page of the guide: a module without items, whose documentation is `guide/<name>.md`.
macro_rules! pages {
    ($($name:ident)+) => {
        $(
            #[doc = include_str!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".md"))]
            pub mod $name {}
        )+
    };
}

pages! { image convolution relu pooling fully_connected generating segmenting training testing own_images }
