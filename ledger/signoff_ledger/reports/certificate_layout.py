"""The certificate's sections in the order a reader needs them: decision, rule, evidence, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.reports.document import (
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    PictureBlock,
    Table,
    Terms,
    all_legible,
)

if TYPE_CHECKING:
    from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
    from signoff_ledger.queries.certificate_answer import CertificateAnswer, HappenedAnswer
    from signoff_ledger.queries.unit_answer import UnitAnswer

_DAY = 86_400
_HOUR = 3_600


def document(certificate: AnswerWithPictures[CertificateAnswer]) -> Document:
    """Lay a certificate out."""
    data = certificate.data
    outcome = data["outcome"].replace("_", " ")
    act = "sign-off" if data["scope"] else "hold"
    laid_out = Document(
        kicker=f"Certificate of a {act} \N{MIDDLE DOT} {data['called']} \N{MIDDLE DOT} "
        f"{data['activity']}",
        title=data["name"],
        outcome=outcome,
        blocks=(
            *_decided(data),
            *_said(data),
            *_bars(data),
            *_results(data),
            *_rules(data),
            *_nonconformities(data),
            Heading("Pictures"),
            *(PictureBlock(picture) for picture in certificate.pictures),
            *_corrections(data),
            *_handover(data),
            *_signature(data),
            *_ends(data),
        ),
    )
    return all_legible(laid_out)


def _decided(data: CertificateAnswer) -> list[Block]:
    signature, scope = data["signature"], data["scope"]
    pairs = [
        ("process", data["process"]),
        ("process revision", str(data["process_revision"])),
        ("batch", data["batch"] or "none"),
        ("decided by", f"{signature['printed_name']} ({signature['person']})"),
        ("decided at", signature["signed_at"]),
    ]
    if scope:
        design = scope["design"]
        pairs += [
            ("for a run of", f"{scope['run_min']:,} to {scope['run_max']:,} units"),
            ("tooling", f"{scope['tooling']} rev {scope['tooling_revision']}"),
            ("design", f"{design['document']}, approved under {design['reference']}"),
            ("design SHA-256", design["sha256"]),
            ("plan SHA-256", scope["plan_sha256"]),
            ("bar SHA-256", scope["bar_sha256"]),
        ]
    if data["held_for_s"] is not None:
        pairs.append(("held before that", _duration(data["held_for_s"])))
    blocks: list[Block] = [Heading("What was decided"), Terms(tuple(pairs))]
    if data["reason"]:
        label = "Note" if scope else "Reason"
        blocks.append(Paragraph(f"{label}: {data['reason']}"))
    if data["standing"] != data["outcome"]:
        because = f": {data['standing_why']}" if data["standing_why"] else ""
        blocks.append(
            Paragraph(f"The process stands at {data['standing']} now{because}.", strong=True)
        )
    if data["orders_at_risk"]:
        blocks.append(Paragraph(f"Orders at risk: {data['orders_at_risk']}.", strong=True))
    if data["disclosures"]:
        blocks.append(Paragraph("To be known first:", strong=True))
        blocks.append(Items(tuple(f"{d['topic']}: {d['says']}" for d in data["disclosures"])))
    return blocks


def _duration(seconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    parts = [(days, "day"), (rest // _HOUR, "hour")]
    said = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in parts if count]
    return " ".join(said) or "less than an hour"


def _said(data: CertificateAnswer) -> list[Block]:
    says = data["says"]
    if not says["rule"]:
        return [Heading("The evidence"), Paragraph("No batch was in question.")]
    return [
        Heading("The rule"),
        Items(tuple(says["rule"])),
        Heading("The evidence"),
        Items(tuple(says["evidence"])),
        Heading("The limits"),
        Items((*says["limits"], data["does_not_show"])),
    ]


def _bars(data: CertificateAnswer) -> list[Block]:
    blocks: list[Block] = [Heading("The bar, every version")]
    rows = []
    for bar in data["bars"]:
        clauses = "; ".join(bar["clauses"])
        if bar["rationale"]:
            clauses += f". Why: {bar['rationale']}"
        if bar["reason"]:
            clauses += f". Reason for the change: {bar['reason']}"
        if bar["loosened"]:
            clauses += f". LOOSENED in {', '.join(bar['loosened'])}"
        rows.append(
            (str(bar["number"]), f"{bar['registered_on']}, event #{bar['position']}", clauses)
        )
    blocks.append(Table("Versions of the bar", ("no.", "registered", "clauses"), tuple(rows)))
    if any(bar["loosened"] for bar in data["bars"]):
        blocks.append(Paragraph("The bar was LOOSENED at least once; see above.", strong=True))
    return blocks


def _results(data: CertificateAnswer) -> list[Block]:
    blocks: list[Block] = [Heading("Results")]
    rows = tuple(
        (
            b["batch"],
            f"attempt {b['attempt']}, revision {b['process_revision']}, bar {b['bar']}",
            f"{b['rejects']} of {b['units']}"
            + (f" ({', '.join(b['reject_serials'])})" if 0 < b["rejects"] <= 40 else ""),
            f"{b['nonconformities']}, critical {b['critical']}",
            (
                f"{len(b['excluded'])} excluded, {len(b['incomplete'])} incomplete, "
                f"{b['retests']} tested again, {len(b['reworked'])} reworked"
            ),
        )
        for b in data["batches"]
    )
    headings = ("batch", "what it is", "rejects", "nonconformities", "also")
    blocks.append(Table("Every batch up to this one", headings, rows))
    left_out = tuple(
        (f"{b['batch']} {unit['serial']}", "; ".join(unit["reasons"]))
        for b in data["batches"]
        for unit in b["excluded"]
    ) + tuple(
        (f"{b['batch']} {unit['serial']}", f"no reading of {', '.join(unit['missing'])}")
        for b in data["batches"]
        for unit in b["incomplete"]
    )
    if left_out:
        blocks.append(Table("Units left out or not fully inspected", ("unit", "why"), left_out))
    else:
        blocks.append(Paragraph("No unit was excluded, and none is incomplete."))
    if data["units"]:
        blocks.append(_units(data["units"]))
    return blocks


def _units(units: list[UnitAnswer]) -> Table:
    """List every unit of the batch with what it came to and how it was made (G23)."""
    rows = tuple(
        (
            u["serial"],
            "yes" if u["counts"] else f"NO {', '.join(u['excluded'])}",
            u["result"],
            u["found"],
            u["made"],
        )
        for u in units
    )
    headings = ("unit", "counts", "result", "what was found", "made")
    return Table("Every unit of the batch", headings, rows)


def _rules(data: CertificateAnswer) -> list[Block]:
    rows = tuple(
        (
            "yes" if rule["holds"] else "NO",
            rule["rule"],
            rule["says"],
            ", ".join(f"#{p}" for p in rule["settled_by"][:6])
            + (" and more" if len(rule["settled_by"]) > 6 else ""),
        )
        for rule in data["rules"]
    )
    headings = ("holds", "rule", "what it found", "settled by")
    return [Heading("The rules"), Table("Every rule that was asked", headings, rows)]


def _nonconformities(data: CertificateAnswer) -> list[Block]:
    happened = data["nonconformities_and_changes"]
    blocks: list[Block] = [Heading("Nonconformities and changes")]
    blocks.append(
        _events("Causes and process changes", happened) if happened else Paragraph("None.")
    )
    if data["remarks_and_refusals"]:
        blocks.append(_events("Dissent, notes and refusals", data["remarks_and_refusals"]))
    return blocks


def _events(caption: str, events: list[HappenedAnswer]) -> Table:
    rows = tuple((f"#{e['position']}", f"{e['at'][:10]} {e['by']}", e["says"]) for e in events)
    return Table(caption, ("event", "when, who", "what happened"), rows)


def _corrections(data: CertificateAnswer) -> list[Block]:
    made, events = data["corrections"]["made"], data["corrections"]["events"]
    blocks: list[Block] = [Heading("Corrections since first entry")]
    if not events:
        blocks.append(Paragraph("None: no entry was changed since it was first made."))
    else:
        blocks.append(Paragraph(f"{made} made; every request and its answer:"))
        blocks.append(_events("Corrections", events))
    return blocks


def _handover(data: CertificateAnswer) -> list[Block]:
    serials = data["handover"]["serials"]
    if not serials:
        return []
    return [
        Heading("Handed over"),
        Paragraph(
            f"{len(serials):,} conforming units of batch {data['batch']} went to activity "
            f"{data['handover']['activity']}: {', '.join(serials)}."
        ),
    ]


def _signature(data: CertificateAnswer) -> list[Block]:
    signature = data["signature"]
    signed = signature["kind"]
    if signature["automatic"]:
        signed = "none: the registered bar held by itself, without a person"
    elif signed == "none":
        signed = "none: unsigned, the name is as authenticated and proves nothing more"
    elif signed == "ssh":
        signed = f"SSHSIG by the key {signature['fingerprint']}, made {signature['statement_at']}"
    log = data["log"]
    blocks: list[Block] = [
        Heading("Signature and place in the log"),
        Terms(
            (
                ("printed name", signature["printed_name"]),
                ("date and time", signature["signed_at"]),
                ("meaning", signature["meaning"]),
                ("signature", signed),
                ("decision", f"event #{log['decision_position']}"),
                ("leaf hash of it", log["decision_leaf"]),
                ("reviewed", f"{log['reviewed_size']:,} events"),
                ("root reviewed", log["reviewed_root"] or "none: no tree was reviewed"),
                ("log position", f"#{log['position']}, which is {log['position']:,} events"),
                ("root at that position", log["root"]),
            )
        ),
    ]
    if signature["sshsig"]:
        blocks.append(Items(tuple(signature["sshsig"].splitlines()), code=True))
    return blocks


def _ends(data: CertificateAnswer) -> list[Block]:
    return [
        Heading("What voids it"),
        Paragraph(data["voids"]),
        Heading("How to verify it"),
        Paragraph(
            "With the ledger at hand, these prove its log, hand out the decision's dossier for "
            "other people's tools (ssh-keygen, openssl, any RFC 6962 program), take the decision "
            "again from its events, and make this certificate again, the same bytes each time. "
            "The certificate alone proves nothing: a page can be copied and changed."
        ),
        Items(tuple(data["verify"]), code=True),
    ]
