<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
    <context>
        <name>ReportText</name>
        <message numerus="yes">
            <source>%Ln table(s)</source>
            <translation>
                <numerusform>%Ln table</numerusform>
                <numerusform>%Ln tables</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln caption(s)</source>
            <translation>
                <numerusform>%Ln caption</numerusform>
                <numerusform>%Ln captions</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s):</source>
            <translation>
                <numerusform>%Ln page:</numerusform>
                <numerusform>%Ln pages:</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s) read from their pictures (OCR), %1 sure on average.</source>
            <translation>
                <numerusform>%Ln page read from its picture (OCR), %1 sure.</numerusform>
                <numerusform>%Ln pages read from their pictures (OCR), %1 sure on average.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s) hold text that a reader does not see; it was left out.</source>
            <translation>
                <numerusform>%Ln page holds text that a reader does not see; it was left out.</numerusform>
                <numerusform>%Ln pages hold text that a reader does not see; it was left out.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln table(s) found.</source>
            <translation>
                <numerusform>%Ln table found.</numerusform>
                <numerusform>%Ln tables found.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>VerdictMarks</name>
        <message numerus="yes">
            <source>Dotted: %Ln sentence(s) that the passages support only weakly.</source>
            <translation>
                <numerusform>Dotted: %Ln sentence that the passages support only weakly.</numerusform>
                <numerusform>Dotted: %Ln sentences that the passages support only weakly.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Grey and dashed: %Ln sentence(s) that nothing in the passages supports.</source>
            <translation>
                <numerusform>Grey and dashed: %Ln sentence that nothing in the passages supports.</numerusform>
                <numerusform>Grey and dashed: %Ln sentences that nothing in the passages supports.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::AnswerFoot</name>
        <message numerus="yes">
            <source>Reading everything: %1 of %Ln page(s)…</source>
            <translation>
                <numerusform>Reading everything: %1 of %Ln page…</numerusform>
                <numerusform>Reading everything: %1 of %Ln pages…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Read %Ln page(s). Putting it together…</source>
            <translation>
                <numerusform>Read %Ln page. Putting it together…</numerusform>
                <numerusform>Read %Ln pages. Putting it together…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Reading %Ln passage(s)…</source>
            <translation>
                <numerusform>Reading %Ln passage…</numerusform>
                <numerusform>Reading %Ln passages…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::AskScope</name>
        <message numerus="yes">
            <source>Asking the whole library: %Ln document(s)</source>
            <translation>
                <numerusform>Asking the whole library: %Ln document</numerusform>
                <numerusform>Asking the whole library: %Ln documents</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Asking %Ln document(s)</source>
            <translation>
                <numerusform>Asking %Ln document</numerusform>
                <numerusform>Asking %Ln documents</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::ChatController</name>
        <message numerus="yes">
            <source>%Ln answer(s) broke off when Warraq last ended.</source>
            <translation>
                <numerusform>%Ln answer broke off when Warraq last ended.</numerusform>
                <numerusform>%Ln answers broke off when Warraq last ended.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::DocumentModel</name>
        <message numerus="yes">
            <source>%Ln page(s)</source>
            <translation>
                <numerusform>%Ln page</numerusform>
                <numerusform>%Ln pages</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln s left</source>
            <translation>
                <numerusform>%Ln s left</numerusform>
                <numerusform>%Ln s left</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln min left</source>
            <translation>
                <numerusform>%Ln min left</numerusform>
                <numerusform>%Ln min left</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::GlassBox</name>
        <message numerus="yes">
            <source>%Ln passage(s) in %1</source>
            <translation>
                <numerusform>%Ln passage in %1</numerusform>
                <numerusform>%Ln passages in %1</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln passage(s) for “%1” in %2</source>
            <translation>
                <numerusform>%Ln passage for “%1” in %2</numerusform>
                <numerusform>%Ln passages for “%1” in %2</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln token(s) in %1</source>
            <translation>
                <numerusform>%Ln token in %1</numerusform>
                <numerusform>%Ln tokens in %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::LibraryController</name>
        <message numerus="yes">
            <source>%Ln item(s) without a PDF were left out.</source>
            <translation>
                <numerusform>%Ln item without a PDF was left out.</numerusform>
                <numerusform>%Ln items without a PDF were left out.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s) of “%1” could not be read.</source>
            <translation>
                <numerusform>%Ln page of “%1” could not be read.</numerusform>
                <numerusform>%Ln pages of “%1” could not be read.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::MainWindow</name>
        <message numerus="yes">
            <source>Reading %Ln document(s)…</source>
            <translation>
                <numerusform>Reading %Ln document…</numerusform>
                <numerusform>Reading %Ln documents…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::ScanView</name>
        <message numerus="yes">
            <source>Searched %1 of %Ln page(s).</source>
            <translation>
                <numerusform>Searched %1 of %Ln page.</numerusform>
                <numerusform>Searched %1 of %Ln pages.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>“%1”: on %Ln page(s): %2</source>
            <translation>
                <numerusform>“%1”: on %Ln page: %2</numerusform>
                <numerusform>“%1”: on %Ln pages: %2</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::ScopeMenu</name>
        <message numerus="yes">
            <source>%1 (%Ln document(s))</source>
            <translation>
                <numerusform>%1 (%Ln document)</numerusform>
                <numerusform>%1 (%Ln documents)</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::ThoughtsView</name>
        <message numerus="yes">
            <source>Thinking… %Ln s</source>
            <translation>
                <numerusform>Thinking… %Ln s</numerusform>
                <numerusform>Thinking… %Ln s</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Thoughts · %Ln s</source>
            <translation>
                <numerusform>Thoughts · %Ln s</numerusform>
                <numerusform>Thoughts · %Ln s</numerusform>
            </translation>
        </message>
    </context>
</TS>
