from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

books = views_of("residents.rules.views.books")
consistency = views_of("residents.rules.views.consistency")
contracts = views_of("residents.rules.views.contracts")
ladders = views_of("residents.rules.views.ladders")
papers = views_of("residents.rules.views.papers")
removals = views_of("residents.rules.views.removals")
signing = views_of("residents.rules.views.signing")
violations = views_of("residents.rules.views.violations")

urlpatterns = [
    path("houses/<uuid:uuid>/rules/", books.books, name="books"),
    path("houses/<uuid:uuid>/rules/new/", books.book_begin, name="book_begin"),
    path("books/<uuid:uuid>/", books.book, name="book"),
    path("books/<uuid:uuid>/changes/", books.book_changes, name="book_changes"),
    path("books/<uuid:uuid>/change/", books.book_change, name="book_change"),
    path("books/<uuid:uuid>/publish/", books.book_publish, name="book_publish"),
    path("books/<uuid:uuid>/rules/", books.rule_add, name="rule_add"),
    path("rules/<uuid:uuid>/change/", books.rule_change, name="rule_change"),
    path("rules/<uuid:uuid>/drop/", books.rule_drop, name="rule_drop"),
    path("books/<uuid:uuid>/sign/", signing.book_sign, name="book_sign"),
    path("books/<uuid:uuid>/signatures/", signing.signatures, name="signatures"),
    path("stays/<uuid:uuid>/sign/", signing.book_sign_paper, name="book_sign_paper"),
    path("signatures/<uuid:uuid>/", signing.signature, name="signature"),
    path("signatures/<uuid:uuid>/paper/", signing.signature_paper, name="signature_paper"),
    path("signatures/<uuid:uuid>/undo/", signing.signature_undo, name="signature_undo"),
    path("stays/<uuid:uuid>/orientation/", signing.orientation, name="orientation"),
    path("orientation/<uuid:uuid>/undo/", signing.orientation_undo, name="orientation_undo"),
    path("houses/<uuid:uuid>/orientations/", signing.orientations, name="orientations"),
    path("houses/<uuid:uuid>/orientation/", signing.orientation_list, name="orientation_list"),
    path("houses/<uuid:uuid>/orientation/start/", signing.orientation_start, name="orientation_start"),
    path("houses/<uuid:uuid>/orientation/add/", signing.orientation_item_add, name="orientation_item_add"),
    path("orientation-items/<uuid:uuid>/", signing.orientation_item_change, name="orientation_item_change"),
    path("houses/<uuid:uuid>/ladder/", ladders.ladder, name="ladder"),
    path("houses/<uuid:uuid>/ladder/new/", ladders.ladder_begin, name="ladder_begin"),
    path("ladders/<uuid:uuid>/", ladders.ladder_draft, name="ladder_draft"),
    path("ladders/<uuid:uuid>/change/", ladders.ladder_change, name="ladder_change"),
    path("ladders/<uuid:uuid>/line/", ladders.ladder_line, name="ladder_line"),
    path("ladders/<uuid:uuid>/line/drop/", ladders.ladder_line_drop, name="ladder_line_drop"),
    path("ladders/<uuid:uuid>/publish/", ladders.ladder_publish, name="ladder_publish"),
    path("houses/<uuid:uuid>/violations/", violations.violations, name="violations"),
    path("stays/<uuid:uuid>/violation/", violations.violation_new, name="violation_new"),
    path("violations/<uuid:uuid>/", violations.violation_page, name="violation"),
    path("violations/<uuid:uuid>/answer/", violations.violation_answer, name="violation_answer"),
    path("violations/<uuid:uuid>/heard/", violations.violation_answer_heard, name="violation_answer_heard"),
    path("violations/<uuid:uuid>/decide/", violations.violation_decide, name="violation_decide"),
    path("violations/<uuid:uuid>/appeal/", violations.violation_appeal, name="violation_appeal"),
    path("violations/<uuid:uuid>/appeal/heard/", violations.violation_appeal_heard, name="violation_appeal_heard"),
    path("violations/<uuid:uuid>/withdraw/", violations.violation_withdraw, name="violation_withdraw"),
    path("violations/<uuid:uuid>/attach/", violations.violation_attach, name="violation_attach"),
    path("violations/<uuid:uuid>/attach/own/", violations.violation_attach_own, name="violation_attach_own"),
    path("attachments/<uuid:uuid>/", violations.attachment_file, name="attachment"),
    path("appeals/<uuid:uuid>/decide/", violations.appeal_decide, name="appeal_decide"),
    path("stays/<uuid:uuid>/contract/", contracts.contract_new, name="contract_new"),
    path("contracts/<uuid:uuid>/", contracts.contract_page, name="contract"),
    path("contracts/<uuid:uuid>/sign/", contracts.contract_sign, name="contract_sign"),
    path("contracts/<uuid:uuid>/paper/", contracts.contract_paper, name="contract_paper"),
    path("contract-signatures/<uuid:uuid>/paper/", contracts.contract_signature_paper, name="contract_signature_paper"),
    path("contracts/<uuid:uuid>/review/", contracts.contract_review, name="contract_review"),
    path("violations/<uuid:uuid>/review/", contracts.review_opinion, name="review_opinion"),
    path("stays/<uuid:uuid>/removal/", removals.removal_new, name="removal_new"),
    path("removals/<uuid:uuid>/", removals.removal_page, name="removal"),
    path("removals/<uuid:uuid>/review/", removals.removal_review, name="removal_review"),
    path("houses/<uuid:uuid>/consistency/", consistency.consistency_page, name="consistency"),
    path("organizations/<uuid:uuid>/consistency/", consistency.consistency_of_all, name="consistency_all"),
    path("books/<uuid:uuid>/papers/book/", papers.book, name="book_issue"),
    path("books/<uuid:uuid>/papers/sheet/", papers.signing_sheet, name="signing_sheet_issue"),
    path("signatures/<uuid:uuid>/papers/", papers.acknowledgement, name="acknowledgement_issue"),
    path("violations/<uuid:uuid>/papers/notice/", papers.violation_notice, name="violation_notice_issue"),
    path("violations/<uuid:uuid>/papers/appeal/", papers.appeal_decision, name="appeal_decision_issue"),
    path("contracts/<uuid:uuid>/papers/", papers.contract, name="contract_issue"),
]
