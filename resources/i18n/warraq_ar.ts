<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar">
<context>
    <name></name>
    <message>
        <source>&amp;Add PDFs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add PDF files to the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a &amp;folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add all PDF files of a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance, language, models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close Warraq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin a new conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Write a question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the question box</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stop answering</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the answer that is being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer &amp;again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop the last answer and make another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy the answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the last answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Searc&amp;h conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search in past conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Library and conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the lists</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the next page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;revious page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the previous page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L&amp;arger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the page larger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the page smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Fit the width</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the page as wide as its pane</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Warraq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatController</name>
    <message numerus="yes">
        <source>%Ln answer(s) broke off when Warraq last ended.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>What had been written is kept; “Answer again” makes it anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The conversation was deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Conversation</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConversationModel</name>
    <message>
        <source>Untitled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DocumentModel</name>
    <message numerus="yes">
        <source>%Ln page(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2 without text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2 skipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No permission to read it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a PDF that can be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Could not be saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Can be asked; learning its meaning, %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading page %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped after page %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs its password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop to add to the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PDF files, or folders with PDF files</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>Add PDFs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a PDF here to begin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warraq reads it on this computer and answers questions about it. Every answer names the pages it rests on, and nothing leaves your machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What would you like to know?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a question below. Tick the documents on the side that shall be asked, and click a number such as [1] in an answer to see the words on their page.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>“%1” was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may have been moved or renamed. Add it from its new place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” may not be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give yourself permission to read the file, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is not a PDF that can be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is damaged or of another kind. Opening it in a PDF reader and saving it anew often helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is protected by a password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter its password to read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” could not be added.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of “%1” is no longer where it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it back, or add it again from its new place. What was read from it is still in the library.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter its password to see its pages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This page of “%1” cannot be shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file may be damaged here. Other pages may still open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model is missing, so questions cannot be answered yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the default models with the set-up script, or choose a model file in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model could not be loaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its file may be damaged or of a kind this version does not know. Choose another in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model could not work on this question.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask a shorter question, or choose another model in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor or graphics card failed while answering.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again; if it happens again, choose the CPU in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The question could not be answered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library could not be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that its folder can be read and written, then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The document could not be removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again; what could not be removed is still in the list.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library could not be written or read on disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make room on the disk and check that the library&apos;s folder may be written. Nothing saved before is lost.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryView</name>
    <message>
        <source>Conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No conversation has these words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your conversations will be kept here.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message numerus="yes">
        <source>%Ln item(s) without a PDF were left out.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Warraq reads PDF files and folders that hold some.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is in the library already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” has no text that can be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its pages are pictures, probably scans. Answers cannot draw on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln page(s) of “%1” could not be read.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The other pages can be asked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Ask all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No documents yet. Drop PDFs anywhere in this window, or press +.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask every document of the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show its pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask only this one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter its password…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the library…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Warraq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no document to ask yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No document is ticked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a PDF first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick those that shall be asked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add PDFs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add PDFs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PDF files (*.pdf *.PDF)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove “%1” from the library?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything that was read from it is deleted. The file itself stays where it is, and so do conversations that cite it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This link was not opened, since it leads to no page of the web.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open this address in the browser? The model wrote it; it may lead anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Warraq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warraq %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask any PDF, on your own machine, and check every answer against the page.

The name means the maker and seller of books and paper. Free software under the Apache License 2.0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a PDF, then ask about it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask about your documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Asking the whole library: %Ln document(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>No document is ticked</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Asking %Ln document(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Reading %Ln document(s)…</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Close this message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageWidget</name>
    <message>
        <source>Your question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Searching the documents…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Reading %Ln passage(s)…</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Broken off when the program ended.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No answer could be made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These passages came nearest:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PageView</name>
    <message>
        <source>Page</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PasswordDialog</name>
    <message>
        <source>Password needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That password does not open “%1”. Try another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is protected. Its password is needed to read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Show the password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The password is kept in memory only, until Warraq is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QuestionBox</name>
    <message>
        <source>Question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReaderPane</name>
    <message>
        <source>Enter its password…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fit the width</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cited words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is no longer in the library. These are the words that were cited.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Appearance:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Short</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Medium</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers at &amp;most:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answering &amp;model:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Search model:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chosen by Warraq</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Processor threads:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models are loaded anew after a change here. With another search model, documents are learned again when they are next opened for reading.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The default model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models (*.gguf *.bin)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SourceCard</name>
    <message>
        <source>Passage: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show it on the page</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SourceList</name>
    <message numerus="yes">
        <source>Passages read: %Ln</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Show what the answer was drawn from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · page %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · page %2 (printed %3)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
