//! The fonts that are built in.

/// The font of the preset `seed`.
pub(crate) const PT_SANS_BOLD: &str = "pt-sans-bold";

/// The font of the Python package `captcha`.
pub(crate) const DROID_SANS_MONO: &str = "droid-sans-mono";

/// The fonts that are built in, each with its file. `fonts/README.md` says what they look like and where they are from.
pub(crate) const BUILT_IN: [(&str, &[u8]); 71] = [
    (PT_SANS_BOLD, include_bytes!("../../fonts/PTSans-Bold.ttf")),
    ("anton", include_bytes!("../../fonts/Anton-Regular.ttf")),
    ("architects-daughter", include_bytes!("../../fonts/ArchitectsDaughter-Regular.ttf")),
    ("archivo-narrow-medium", include_bytes!("../../fonts/ArchivoNarrow-Medium.ttf")),
    ("arimo", include_bytes!("../../fonts/Arimo-Regular.ttf")),
    ("arimo-bold-italic", include_bytes!("../../fonts/Arimo-BoldItalic.ttf")),
    ("arimo-italic", include_bytes!("../../fonts/Arimo-Italic.ttf")),
    ("arvo-bold", include_bytes!("../../fonts/Arvo-Bold.ttf")),
    ("averia-sans-bold", include_bytes!("../../fonts/AveriaSansGWF-Bold.ttf")),
    ("bangers", include_bytes!("../../fonts/Bangers-Regular.ttf")),
    ("bebas-neue", include_bytes!("../../fonts/BebasNeue-Regular.ttf")),
    ("because-we-build", include_bytes!("../../fonts/BecauseWeBuild-Regular.otf")),
    ("bitter-bold", include_bytes!("../../fonts/Bitter-Bold.ttf")),
    ("black-ops-one", include_bytes!("../../fonts/BlackOpsOne-Regular.ttf")),
    ("cabin-italic", include_bytes!("../../fonts/Cabin-Italic.ttf")),
    ("caladea-bold", include_bytes!("../../fonts/Caladea-Bold.ttf")),
    ("caveat-bold", include_bytes!("../../fonts/Caveat-Bold.ttf")),
    ("comic-neue-bold", include_bytes!("../../fonts/ComicNeue-Bold.otf")),
    ("courier-prime-bold", include_bytes!("../../fonts/CourierPrime-Bold.otf")),
    ("cousine", include_bytes!("../../fonts/Cousine-Regular.ttf")),
    ("cousine-bold", include_bytes!("../../fonts/Cousine-Bold.ttf")),
    ("crimson-text-bold", include_bytes!("../../fonts/CrimsonText-Bold.ttf")),
    ("cutive-mono", include_bytes!("../../fonts/CutiveMono-Regular.ttf")),
    ("dosis-bold", include_bytes!("../../fonts/Dosis-Bold.otf")),
    (DROID_SANS_MONO, include_bytes!("../../fonts/DroidSansMono.ttf")),
    ("eb-garamond-medium", include_bytes!("../../fonts/EbGaramond-Medium.ttf")),
    ("exo-2-semi-bold", include_bytes!("../../fonts/Exo2-SemiBold.ttf")),
    ("fjalla-one", include_bytes!("../../fonts/FjallaOne-Regular.ttf")),
    ("fredoka-medium", include_bytes!("../../fonts/Fredoka-Medium.ttf")),
    ("gentium", include_bytes!("../../fonts/Gentium-R.ttf")),
    ("gentium-italic", include_bytes!("../../fonts/Gentium-I.ttf")),
    ("inconsolata-semi-bold", include_bytes!("../../fonts/Inconsolata-SemiBold.ttf")),
    ("indie-flower", include_bytes!("../../fonts/IndieFlower-Regular.ttf")),
    ("inter-extra-bold", include_bytes!("../../fonts/Inter-ExtraBold.ttf")),
    ("jetbrains-mono-bold", include_bytes!("../../fonts/JetbrainsMono-Bold.ttf")),
    ("kalam", include_bytes!("../../fonts/Kalam-Regular.ttf")),
    ("liberation-sans-bold", include_bytes!("../../fonts/LiberationSans-Bold.ttf")),
    ("lobster", include_bytes!("../../fonts/Lobster.otf")),
    ("montserrat-semi-bold", include_bytes!("../../fonts/Montserrat-SemiBold.ttf")),
    ("noto-sans-medium", include_bytes!("../../fonts/NotoSans-Medium.ttf")),
    ("noto-serif", include_bytes!("../../fonts/NotoSerif-Regular.ttf")),
    ("nunito-bold", include_bytes!("../../fonts/Nunito-Bold.ttf")),
    ("open-sans", include_bytes!("../../fonts/OpenSans-Regular.ttf")),
    ("open-sans-bold", include_bytes!("../../fonts/OpenSans-Bold.ttf")),
    ("open-sans-italic", include_bytes!("../../fonts/OpenSans-Italic.ttf")),
    ("oswald", include_bytes!("../../fonts/Oswald-Regular.ttf")),
    ("overpass-light", include_bytes!("../../fonts/Overpass-Light.ttf")),
    ("patrick-hand", include_bytes!("../../fonts/PatrickHand-Regular.ttf")),
    ("permanent-marker", include_bytes!("../../fonts/PermanentMarker-Regular.ttf")),
    ("poppins-medium", include_bytes!("../../fonts/Poppins-Medium.ttf")),
    ("quicksand-bold", include_bytes!("../../fonts/Quicksand-Bold.ttf")),
    ("roboto", include_bytes!("../../fonts/Roboto-Regular.ttf")),
    ("roboto-bold-italic", include_bytes!("../../fonts/Roboto-BoldItalic.ttf")),
    ("roboto-condensed-bold", include_bytes!("../../fonts/RobotoCondensed-Bold.ttf")),
    ("roboto-slab", include_bytes!("../../fonts/RobotoSlab-Regular.ttf")),
    ("rubik-medium", include_bytes!("../../fonts/Rubik-Medium.ttf")),
    ("saira-stencil-one", include_bytes!("../../fonts/SairaStencilOne-Regular.ttf")),
    ("special-elite", include_bytes!("../../fonts/SpecialElite-Regular.ttf")),
    ("tinos", include_bytes!("../../fonts/Tinos-Regular.ttf")),
    ("tinos-bold", include_bytes!("../../fonts/Tinos-Bold.ttf")),
    ("tinos-italic", include_bytes!("../../fonts/Tinos-Italic.ttf")),
    ("ultra", include_bytes!("../../fonts/Ultra-Regular.ttf")),
    ("vera", include_bytes!("../../fonts/Vera.ttf")),
    ("vera-bold", include_bytes!("../../fonts/VeraBd.ttf")),
    ("vera-italic", include_bytes!("../../fonts/VeraIt.ttf")),
    ("vera-mono", include_bytes!("../../fonts/VeraMono.ttf")),
    ("vera-serif", include_bytes!("../../fonts/VeraSe.ttf")),
    ("vera-serif-bold", include_bytes!("../../fonts/VeraSeBd.ttf")),
    ("vt323", include_bytes!("../../fonts/Vt323-Regular.ttf")),
    ("yanone-kaffeesatz-bold", include_bytes!("../../fonts/YanoneKaffeesatz-Bold.otf")),
    ("zilla-slab-italic", include_bytes!("../../fonts/ZillaSlab-Italic.ttf")),
];

/// The names of the fonts that are built in; a style can also name the path of a TTF or OTF file.
pub const BUILT_IN_FONTS: &[&str] = &{
    let mut names = [""; BUILT_IN.len()];
    let mut font = 0;
    while font < names.len() {
        names[font] = BUILT_IN[font].0;
        font += 1;
    }
    names
};
