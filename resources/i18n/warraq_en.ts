<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
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
        <message numerus="yes">
            <source>Reading %Ln document(s)…</source>
            <translation>
                <numerusform>Reading %Ln document…</numerusform>
                <numerusform>Reading %Ln documents…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::MessageWidget</name>
        <message numerus="yes">
            <source>Reading %Ln passage(s)…</source>
            <translation>
                <numerusform>Reading %Ln passage…</numerusform>
                <numerusform>Reading %Ln passages…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::SourceList</name>
        <message numerus="yes">
            <source>Passages read: %Ln</source>
            <translation>
                <numerusform>Passages read: %Ln</numerusform>
                <numerusform>Passages read: %Ln</numerusform>
            </translation>
        </message>
    </context>
</TS>
