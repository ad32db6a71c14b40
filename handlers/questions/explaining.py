"""How a question was read, in words, for `concerte ask --explain`."""

from handlers.questions.reading import Reading


def explain(reading: Reading) -> str:
    """One line for each thing understood; what was not understood has no line."""
    lines = [f"lecture : {reading.intent} (confiance {reading.confidence:.2f})"]
    for label, value in (
        ("demande", ", ".join(reading.asks)),
        ("événements", ", ".join(reading.events)),
        ("personnes", ", ".join(reading.contacts)),
        ("organisation", reading.organisation),
        ("région", reading.region),
        ("sujet", reading.topic),
        ("terme", reading.term),
        ("période", f"du {reading.period.first} au {reading.period.last}" if reading.period else ""),
        ("non renseigné", ", ".join(reading.absent)),
        ("dit", reading.said),
        ("parce que", reading.because),
    ):
        if value:
            lines.append(f"{label} : {value}")
    return "\n".join(lines)
