<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar">
    <context>
        <name>ErrorText</name>
        <message>
            <source>“%1” was not found.</source>
            <translation>لم يُعثر على «%1».</translation>
        </message>
        <message>
            <source>It may have been moved or renamed. Add it from its new place.</source>
            <translation>لعله نُقل أو غُيّر اسمه. أضفه من مكانه الجديد.</translation>
        </message>
        <message>
            <source>“%1” may not be read.</source>
            <translation>لا يُسمح بقراءة «%1».</translation>
        </message>
        <message>
            <source>Give yourself permission to read the file, then try again.</source>
            <translation>امنح نفسك إذن قراءة الملف ثم أعد المحاولة.</translation>
        </message>
        <message>
            <source>“%1” is not a PDF that can be read.</source>
            <translation>‏«%1» ليس ملف PDF يمكن قراءته.</translation>
        </message>
        <message>
            <source>The file is damaged or of another kind. Opening it in a PDF reader and saving it anew often helps.</source>
            <translation>الملف تالف أو من نوع آخر. كثيرًا ما يفيد فتحه في قارئ PDF وحفظه من جديد.</translation>
        </message>
        <message>
            <source>“%1” is protected by a password.</source>
            <translation>‏«%1» محمي بكلمة مرور.</translation>
        </message>
        <message>
            <source>Enter its password to read it.</source>
            <translation>أدخل كلمة مروره لقراءته.</translation>
        </message>
        <message>
            <source>“%1” could not be added.</source>
            <translation>تعذّرت إضافة «%1».</translation>
        </message>
        <message>
            <source>The file of “%1” is no longer where it was.</source>
            <translation>لم يعد ملف «%1» في مكانه.</translation>
        </message>
        <message>
            <source>Put it back, or add it again from its new place. What was read from it is still in the library.</source>
            <translation>أعده إلى مكانه أو أضفه من مكانه الجديد. وما قُرئ منه لا يزال في المكتبة.</translation>
        </message>
        <message>
            <source>Enter its password to see its pages.</source>
            <translation>أدخل كلمة مروره لترى صفحاته.</translation>
        </message>
        <message>
            <source>This page of “%1” cannot be shown.</source>
            <translation>لا يمكن عرض هذه الصفحة من «%1».</translation>
        </message>
        <message>
            <source>The file may be damaged here. Other pages may still open.</source>
            <translation>لعل الملف تالف في هذا الموضع. قد تُفتح صفحات أخرى.</translation>
        </message>
        <message>
            <source>A model is missing, so questions cannot be answered yet.</source>
            <translation>ينقص نموذج، فلا يمكن الجواب عن الأسئلة بعد.</translation>
        </message>
        <message>
            <source>Install the default models with the set-up script, or choose a model file in the settings.</source>
            <translation>ثبّت النماذج المعتادة ببرنامج الإعداد، أو اختر ملف نموذج في الإعدادات.</translation>
        </message>
        <message>
            <source>The model could not be loaded.</source>
            <translation>تعذّر تحميل النموذج.</translation>
        </message>
        <message>
            <source>Its file may be damaged or of a kind this version does not know. Choose another in the settings.</source>
            <translation>لعل ملفه تالف أو من نوع لا يعرفه هذا الإصدار. اختر غيره في الإعدادات.</translation>
        </message>
        <message>
            <source>The model could not work on this question.</source>
            <translation>لم يستطع النموذج معالجة هذا السؤال.</translation>
        </message>
        <message>
            <source>Ask a shorter question, or choose another model in the settings.</source>
            <translation>اطرح سؤالًا أقصر، أو اختر نموذجًا آخر في الإعدادات.</translation>
        </message>
        <message>
            <source>The processor or graphics card failed while answering.</source>
            <translation>أخفق المعالج أو بطاقة الرسوم أثناء الإجابة.</translation>
        </message>
        <message>
            <source>Try again; if it happens again, choose the CPU in the settings.</source>
            <translation>أعد المحاولة، فإن تكرر ذلك فاختر المعالج المركزي في الإعدادات.</translation>
        </message>
        <message>
            <source>The question could not be answered.</source>
            <translation>تعذّر الجواب عن السؤال.</translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation>أعد المحاولة.</translation>
        </message>
        <message>
            <source>The library’s file is damaged.</source>
            <translation>ملف المكتبة تالف.</translation>
        </message>
        <message>
            <source>Nothing was changed. “warraq-cli verify --repair”, run in a terminal, saves what can be read and keeps the damaged file.</source>
            <translation>لم يُغيَّر شيء. الأمر «warraq-cli verify --repair» في الطرفية ينقذ ما يمكن قراءته ويُبقي الملف التالف.</translation>
        </message>
        <message>
            <source>The library could not be read.</source>
            <translation>تعذّرت قراءة المكتبة.</translation>
        </message>
        <message>
            <source>Check that its folder can be read and written, then start again.</source>
            <translation>تأكد من أن مجلدها يُقرأ ويُكتب ثم شغّل البرنامج من جديد.</translation>
        </message>
        <message>
            <source>The document could not be removed.</source>
            <translation>تعذّرت إزالة المستند.</translation>
        </message>
        <message>
            <source>Try again; what could not be removed is still in the list.</source>
            <translation>أعد المحاولة؛ ما تعذّرت إزالته لا يزال في القائمة.</translation>
        </message>
        <message>
            <source>There is not enough memory.</source>
            <translation>الذاكرة لا تكفي.</translation>
        </message>
        <message>
            <source>Close other programs, or choose a smaller model in the settings.</source>
            <translation>أغلق برامج أخرى، أو اختر نموذجًا أصغر في الإعدادات.</translation>
        </message>
        <message>
            <source>The library could not be written or read on disk.</source>
            <translation>تعذّرت كتابة المكتبة على القرص أو قراءتها منه.</translation>
        </message>
        <message>
            <source>Make room on the disk and check that the library's folder may be written. Nothing saved before is lost.</source>
            <translation>أفسح مكانًا على القرص وتأكد من السماح بالكتابة في مجلد المكتبة. لم يضع شيء مما حُفظ من قبل.</translation>
        </message>
    </context>
    <context>
        <name>ui::Actions</name>
        <message>
            <source>&amp;Add PDFs…</source>
            <translation>&amp;أضف ملفات PDF…</translation>
        </message>
        <message>
            <source>Add PDF files to the library</source>
            <translation>أضف ملفات PDF إلى المكتبة</translation>
        </message>
        <message>
            <source>Add a &amp;folder…</source>
            <translation>أضف &amp;مجلدًا…</translation>
        </message>
        <message>
            <source>Add all PDF files of a folder</source>
            <translation>أضف كل ملفات PDF في مجلد</translation>
        </message>
        <message>
            <source>&amp;Settings…</source>
            <translation>الإ&amp;عدادات…</translation>
        </message>
        <message>
            <source>Appearance, language, models</source>
            <translation>المظهر واللغة والنماذج</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>إ&amp;نهاء</translation>
        </message>
        <message>
            <source>Close Warraq</source>
            <translation>أغلق ورّاق</translation>
        </message>
        <message>
            <source>&amp;New conversation</source>
            <translation>محادثة &amp;جديدة</translation>
        </message>
        <message>
            <source>Begin a new conversation</source>
            <translation>ابدأ محادثة جديدة</translation>
        </message>
        <message>
            <source>&amp;Write a question</source>
            <translation>ا&amp;كتب سؤالًا</translation>
        </message>
        <message>
            <source>Go to the question box</source>
            <translation>انتقل إلى مربع السؤال</translation>
        </message>
        <message>
            <source>&amp;Stop answering</source>
            <translation>أ&amp;وقف الإجابة</translation>
        </message>
        <message>
            <source>Stop the answer that is being made</source>
            <translation>أوقف الإجابة الجاري إعدادها</translation>
        </message>
        <message>
            <source>Answer &amp;again</source>
            <translation>أ&amp;عد الإجابة</translation>
        </message>
        <message>
            <source>Drop the last answer and make another</source>
            <translation>اترك آخر إجابة وأعدّ غيرها</translation>
        </message>
        <message>
            <source>&amp;Copy the answer</source>
            <translation>ا&amp;نسخ الإجابة</translation>
        </message>
        <message>
            <source>Copy the last answer</source>
            <translation>انسخ آخر إجابة</translation>
        </message>
        <message>
            <source>Searc&amp;h conversations</source>
            <translation>ا&amp;بحث في المحادثات</translation>
        </message>
        <message>
            <source>Search in past conversations</source>
            <translation>ابحث في المحادثات السابقة</translation>
        </message>
        <message>
            <source>&amp;Library and conversations</source>
            <translation>الم&amp;كتبة والمحادثات</translation>
        </message>
        <message>
            <source>Show or hide the lists</source>
            <translation>أظهر القوائم أو أخفها</translation>
        </message>
        <message>
            <source>&amp;Page</source>
            <translation>ال&amp;صفحة</translation>
        </message>
        <message>
            <source>Show or hide the page</source>
            <translation>أظهر الصفحة أو أخفها</translation>
        </message>
        <message>
            <source>&amp;Next page</source>
            <translation>الصفحة ال&amp;تالية</translation>
        </message>
        <message>
            <source>Go to the next page</source>
            <translation>انتقل إلى الصفحة التالية</translation>
        </message>
        <message>
            <source>P&amp;revious page</source>
            <translation>الصفحة ال&amp;سابقة</translation>
        </message>
        <message>
            <source>Go to the previous page</source>
            <translation>انتقل إلى الصفحة السابقة</translation>
        </message>
        <message>
            <source>L&amp;arger</source>
            <translation>أ&amp;كبر</translation>
        </message>
        <message>
            <source>Show the page larger</source>
            <translation>كبّر الصفحة</translation>
        </message>
        <message>
            <source>&amp;Smaller</source>
            <translation>أ&amp;صغر</translation>
        </message>
        <message>
            <source>Show the page smaller</source>
            <translation>صغّر الصفحة</translation>
        </message>
        <message>
            <source>&amp;Fit the width</source>
            <translation>&amp;ملاءمة العرض</translation>
        </message>
        <message>
            <source>Show the page as wide as its pane</source>
            <translation>اعرض الصفحة بعرض لوحتها</translation>
        </message>
        <message>
            <source>&amp;About Warraq</source>
            <translation>&amp;حول ورّاق</translation>
        </message>
        <message>
            <source>Version and licence</source>
            <translation>الإصدار والرخصة</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>&amp;ملف</translation>
        </message>
        <message>
            <source>&amp;Conversation</source>
            <translation>م&amp;حادثة</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>&amp;عرض</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>م&amp;ساعدة</translation>
        </message>
    </context>
    <context>
        <name>ui::ChatController</name>
        <message numerus="yes">
            <source>%Ln answer(s) broke off when Warraq last ended.</source>
            <translation>
                <numerusform>لم تنقطع أي إجابة حين انتهى ورّاق آخر مرة.</numerusform>
                <numerusform>انقطعت إجابة واحدة حين انتهى ورّاق آخر مرة.</numerusform>
                <numerusform>انقطعت إجابتان حين انتهى ورّاق آخر مرة.</numerusform>
                <numerusform>انقطعت %Ln إجابات حين انتهى ورّاق آخر مرة.</numerusform>
                <numerusform>انقطعت %Ln إجابة حين انتهى ورّاق آخر مرة.</numerusform>
                <numerusform>انقطعت %Ln إجابة حين انتهى ورّاق آخر مرة.</numerusform>
            </translation>
        </message>
        <message>
            <source>What had been written is kept; “Answer again” makes it anew.</source>
            <translation>حُفظ ما كُتب منها، ويعيدها من جديد زر «أعد الإجابة».</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>أعد المحاولة</translation>
        </message>
        <message>
            <source>The conversation was deleted.</source>
            <translation>حُذفت المحادثة.</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>تراجع</translation>
        </message>
    </context>
    <context>
        <name>ui::ChatView</name>
        <message>
            <source>Conversation</source>
            <translation>المحادثة</translation>
        </message>
    </context>
    <context>
        <name>ui::ConversationModel</name>
        <message>
            <source>Untitled</source>
            <translation>بلا عنوان</translation>
        </message>
    </context>
    <context>
        <name>ui::DocumentModel</name>
        <message numerus="yes">
            <source>%Ln page(s)</source>
            <translation>
                <numerusform>لا صفحات</numerusform>
                <numerusform>صفحة واحدة</numerusform>
                <numerusform>صفحتان</numerusform>
                <numerusform>%Ln صفحات</numerusform>
                <numerusform>%Ln صفحة</numerusform>
                <numerusform>%Ln صفحة</numerusform>
            </translation>
        </message>
        <message>
            <source>%1, %2 without text</source>
            <translation>%1، منها %2 بلا نص</translation>
        </message>
        <message>
            <source>%1, %2 skipped</source>
            <translation>%1، تُخطّي منها %2</translation>
        </message>
        <message>
            <source>File not found</source>
            <translation>لم يُعثر على الملف</translation>
        </message>
        <message>
            <source>No permission to read it</source>
            <translation>لا إذن بقراءته</translation>
        </message>
        <message>
            <source>Not a PDF that can be read</source>
            <translation>ليس ملف PDF يمكن قراءته</translation>
        </message>
        <message>
            <source>Could not be saved</source>
            <translation>تعذّر حفظه</translation>
        </message>
        <message>
            <source>Could not be read</source>
            <translation>تعذّرت قراءته</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>في الانتظار</translation>
        </message>
        <message>
            <source>Can be asked; learning its meaning, %1</source>
            <translation>يمكن سؤاله؛ يجري فهم معانيه، %1</translation>
        </message>
        <message>
            <source>Opening</source>
            <translation>يُفتح</translation>
        </message>
        <message>
            <source>Reading page %1 of %2</source>
            <translation>تُقرأ الصفحة %1 من %2</translation>
        </message>
        <message>
            <source>Stopped after page %1 of %2</source>
            <translation>توقفت القراءة بعد الصفحة %1 من %2</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>متوقف</translation>
        </message>
        <message>
            <source>Needs its password</source>
            <translation>يحتاج إلى كلمة مروره</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1، %2</translation>
        </message>
    </context>
    <context>
        <name>ui::DropOverlay</name>
        <message>
            <source>Drop to add to the library</source>
            <translation>أفلت الملفات لتضاف إلى المكتبة</translation>
        </message>
        <message>
            <source>PDF files, or folders with PDF files</source>
            <translation>ملفات PDF أو مجلدات فيها ملفات PDF</translation>
        </message>
    </context>
    <context>
        <name>ui::EmptyPage</name>
        <message>
            <source>Add PDFs…</source>
            <translation>أضف ملفات PDF…</translation>
        </message>
        <message>
            <source>Drop a PDF here to begin</source>
            <translation>أفلت ملف PDF هنا لتبدأ</translation>
        </message>
        <message>
            <source>Warraq reads it on this computer and answers questions about it. Every answer names the pages it rests on, and nothing leaves your machine.</source>
            <translation>يقرؤه ورّاق على هذا الحاسوب ويجيب عن الأسئلة فيه. تذكر كل إجابة الصفحات التي تستند إليها، ولا يغادر جهازك شيء.</translation>
        </message>
        <message>
            <source>What would you like to know?</source>
            <translation>ماذا تود أن تعرف؟</translation>
        </message>
        <message>
            <source>Write a question below. Tick the documents on the side that shall be asked, and click a number such as [1] in an answer to see the words on their page.</source>
            <translation>اكتب سؤالًا في الأسفل. علّم في الجانب المستندات التي تريد سؤالها، وانقر رقمًا مثل [1] في الإجابة لترى الكلمات في صفحتها.</translation>
        </message>
    </context>
    <context>
        <name>ui::HistoryView</name>
        <message>
            <source>Conversations</source>
            <translation>المحادثات</translation>
        </message>
        <message>
            <source>Search conversations</source>
            <translation>ابحث في المحادثات</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>افتح</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>غيّر الاسم</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>احذف</translation>
        </message>
        <message>
            <source>No conversation has these words.</source>
            <translation>لا محادثة فيها هذه الكلمات.</translation>
        </message>
        <message>
            <source>Your conversations will be kept here.</source>
            <translation>ستُحفظ محادثاتك هنا.</translation>
        </message>
    </context>
    <context>
        <name>ui::LibraryController</name>
        <message numerus="yes">
            <source>%Ln item(s) without a PDF were left out.</source>
            <translation>
                <numerusform>لم يُترك شيء.</numerusform>
                <numerusform>تُرك عنصر واحد لا PDF فيه.</numerusform>
                <numerusform>تُرك عنصران لا PDF فيهما.</numerusform>
                <numerusform>تُركت %Ln عناصر لا PDF فيها.</numerusform>
                <numerusform>تُرك %Ln عنصرًا لا PDF فيها.</numerusform>
                <numerusform>تُرك %Ln عنصر لا PDF فيها.</numerusform>
            </translation>
        </message>
        <message>
            <source>Warraq reads PDF files and folders that hold some.</source>
            <translation>يقرأ ورّاق ملفات PDF والمجلدات التي تحوي شيئًا منها.</translation>
        </message>
        <message>
            <source>“%1” is in the library already.</source>
            <translation>‏«%1» موجود في المكتبة من قبل.</translation>
        </message>
        <message>
            <source>“%1” has no text that can be read.</source>
            <translation>ليس في «%1» نص يمكن قراءته.</translation>
        </message>
        <message>
            <source>Its pages are pictures, probably scans. Answers cannot draw on it.</source>
            <translation>صفحاته صور، لعلها ممسوحة ضوئيًا، فلا يمكن أن تستند إليها الإجابات.</translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s) of “%1” could not be read.</source>
            <translation>
                <numerusform>قُرئت كل صفحات «%1».</numerusform>
                <numerusform>تعذّرت قراءة صفحة واحدة من «%1».</numerusform>
                <numerusform>تعذّرت قراءة صفحتين من «%1».</numerusform>
                <numerusform>تعذّرت قراءة %Ln صفحات من «%1».</numerusform>
                <numerusform>تعذّرت قراءة %Ln صفحة من «%1».</numerusform>
                <numerusform>تعذّرت قراءة %Ln صفحة من «%1».</numerusform>
            </translation>
        </message>
        <message>
            <source>The other pages can be asked.</source>
            <translation>يمكن السؤال عن الصفحات الأخرى.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>أعد المحاولة</translation>
        </message>
    </context>
    <context>
        <name>ui::LibraryView</name>
        <message>
            <source>Ask all</source>
            <translation>اسأل الكل</translation>
        </message>
        <message>
            <source>No documents yet. Drop PDFs anywhere in this window, or press +.</source>
            <translation>لا مستندات بعد. أفلت ملفات PDF في أي مكان من هذه النافذة، أو انقر +.</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>المستندات</translation>
        </message>
        <message>
            <source>Library</source>
            <translation>المكتبة</translation>
        </message>
        <message>
            <source>Ask every document of the library</source>
            <translation>اسأل كل مستندات المكتبة</translation>
        </message>
        <message>
            <source>Add documents</source>
            <translation>أضف مستندات</translation>
        </message>
        <message>
            <source>Show its pages</source>
            <translation>اعرض صفحاته</translation>
        </message>
        <message>
            <source>Ask only this one</source>
            <translation>اسأل هذا وحده</translation>
        </message>
        <message>
            <source>Stop reading</source>
            <translation>أوقف القراءة</translation>
        </message>
        <message>
            <source>Enter its password…</source>
            <translation>أدخل كلمة مروره…</translation>
        </message>
        <message>
            <source>Go on reading</source>
            <translation>تابع القراءة</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>أعد المحاولة</translation>
        </message>
        <message>
            <source>Remove from the library…</source>
            <translation>أزله من المكتبة…</translation>
        </message>
    </context>
    <context>
        <name>ui::MainWindow</name>
        <message>
            <source>Warraq</source>
            <translation>ورّاق</translation>
        </message>
        <message>
            <source>Loading the models…</source>
            <translation>تُحمَّل النماذج…</translation>
        </message>
        <message>
            <source>There is no document to ask yet.</source>
            <translation>لا مستند يُسأل بعد.</translation>
        </message>
        <message>
            <source>No document is ticked.</source>
            <translation>لم يُعلَّم أي مستند.</translation>
        </message>
        <message>
            <source>Add a PDF first.</source>
            <translation>أضف ملف PDF أولًا.</translation>
        </message>
        <message>
            <source>Tick those that shall be asked.</source>
            <translation>علّم ما تريد سؤاله منها.</translation>
        </message>
        <message>
            <source>Add PDFs…</source>
            <translation>أضف ملفات PDF…</translation>
        </message>
        <message>
            <source>Ask all</source>
            <translation>اسأل الكل</translation>
        </message>
        <message>
            <source>Add PDFs</source>
            <translation>إضافة ملفات PDF</translation>
        </message>
        <message>
            <source>PDF files (*.pdf *.PDF)</source>
            <translation>ملفات PDF (*.pdf *.PDF)</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>كل الملفات (*)</translation>
        </message>
        <message>
            <source>Add a folder</source>
            <translation>إضافة مجلد</translation>
        </message>
        <message>
            <source>Remove “%1” from the library?</source>
            <translation>أتزيل «%1» من المكتبة؟</translation>
        </message>
        <message>
            <source>Everything that was read from it is deleted. The file itself stays where it is, and so do conversations that cite it.</source>
            <translation>يُحذف كل ما قُرئ منه. أما الملف نفسه فيبقى في مكانه، وكذلك المحادثات التي تستشهد به.</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>أزل</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>This link was not opened, since it leads to no page of the web.</source>
            <translation>لم يُفتح هذا الرابط لأنه لا يقود إلى صفحة من الويب.</translation>
        </message>
        <message>
            <source>Open this address in the browser? The model wrote it; it may lead anywhere.</source>
            <translation>أتفتح هذا العنوان في المتصفح؟ كتبه النموذج، وقد يقود إلى أي مكان.</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>افتح</translation>
        </message>
        <message>
            <source>About Warraq</source>
            <translation>حول ورّاق</translation>
        </message>
        <message>
            <source>Warraq %1</source>
            <translation>ورّاق %1</translation>
        </message>
        <message>
            <source>Ask any PDF, on your own machine, and check every answer against the page.

The name means the maker and seller of books and paper. Free software under the Apache License 2.0.</source>
            <translation>اسأل أي ملف PDF على جهازك، وتحقق من كل إجابة في صفحتها.

الورّاق صانع الكتب والورق وبائعها. برنامج حر برخصة أباتشي 2.0.</translation>
        </message>
        <message>
            <source>No model</source>
            <translation>لا نموذج</translation>
        </message>
        <message>
            <source>Settings…</source>
            <translation>الإعدادات…</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>جاهز</translation>
        </message>
        <message>
            <source>%1 tokens/s</source>
            <translation>%1 رمز/ث</translation>
        </message>
        <message>
            <source>Add a PDF, then ask about it</source>
            <translation>أضف ملف PDF ثم اسأل عنه</translation>
        </message>
        <message>
            <source>Ask about your documents</source>
            <translation>اسأل عن مستنداتك</translation>
        </message>
        <message numerus="yes">
            <source>Asking the whole library: %Ln document(s)</source>
            <translation>
                <numerusform>المكتبة خالية</numerusform>
                <numerusform>تُسأل المكتبة كلها: مستند واحد</numerusform>
                <numerusform>تُسأل المكتبة كلها: مستندان</numerusform>
                <numerusform>تُسأل المكتبة كلها: %Ln مستندات</numerusform>
                <numerusform>تُسأل المكتبة كلها: %Ln مستندًا</numerusform>
                <numerusform>تُسأل المكتبة كلها: %Ln مستند</numerusform>
            </translation>
        </message>
        <message>
            <source>No document is ticked</source>
            <translation>لم يُعلَّم أي مستند</translation>
        </message>
        <message numerus="yes">
            <source>Asking %Ln document(s)</source>
            <translation>
                <numerusform>لا يُسأل أي مستند</numerusform>
                <numerusform>يُسأل مستند واحد</numerusform>
                <numerusform>يُسأل مستندان</numerusform>
                <numerusform>تُسأل %Ln مستندات</numerusform>
                <numerusform>يُسأل %Ln مستندًا</numerusform>
                <numerusform>يُسأل %Ln مستند</numerusform>
            </translation>
        </message>
        <message>
            <source>Answering…</source>
            <translation>تُعدّ الإجابة…</translation>
        </message>
        <message numerus="yes">
            <source>Reading %Ln document(s)…</source>
            <translation>
                <numerusform>لا يُقرأ شيء</numerusform>
                <numerusform>يُقرأ مستند واحد…</numerusform>
                <numerusform>يُقرأ مستندان…</numerusform>
                <numerusform>تُقرأ %Ln مستندات…</numerusform>
                <numerusform>يُقرأ %Ln مستندًا…</numerusform>
                <numerusform>يُقرأ %Ln مستند…</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ui::MessageBar</name>
        <message>
            <source>Close this message</source>
            <translation>أغلق هذه الرسالة</translation>
        </message>
    </context>
    <context>
        <name>ui::MessageWidget</name>
        <message>
            <source>Your question</source>
            <translation>سؤالك</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>الإجابة</translation>
        </message>
        <message>
            <source>Copy the answer</source>
            <translation>انسخ الإجابة</translation>
        </message>
        <message>
            <source>Answer again</source>
            <translation>أعد الإجابة</translation>
        </message>
        <message>
            <source>%1 tokens/s</source>
            <translation>%1 رمز/ث</translation>
        </message>
        <message>
            <source>%1 s</source>
            <translation>%1 ث</translation>
        </message>
        <message>
            <source>Searching the documents…</source>
            <translation>يُبحث في المستندات…</translation>
        </message>
        <message numerus="yes">
            <source>Reading %Ln passage(s)…</source>
            <translation>
                <numerusform>لا مقاطع تُقرأ</numerusform>
                <numerusform>يُقرأ مقطع واحد…</numerusform>
                <numerusform>يُقرأ مقطعان…</numerusform>
                <numerusform>تُقرأ %Ln مقاطع…</numerusform>
                <numerusform>يُقرأ %Ln مقطعًا…</numerusform>
                <numerusform>يُقرأ %Ln مقطع…</numerusform>
            </translation>
        </message>
        <message>
            <source>Stopped.</source>
            <translation>أُوقفت.</translation>
        </message>
        <message>
            <source>Broken off when the program ended.</source>
            <translation>انقطعت عند انتهاء البرنامج.</translation>
        </message>
        <message>
            <source>No answer could be made.</source>
            <translation>تعذّر إعداد إجابة.</translation>
        </message>
        <message>
            <source>These passages came nearest:</source>
            <translation>هذه أقرب المقاطع:</translation>
        </message>
    </context>
    <context>
        <name>ui::PageView</name>
        <message>
            <source>Page</source>
            <translation>الصفحة</translation>
        </message>
    </context>
    <context>
        <name>ui::PasswordDialog</name>
        <message>
            <source>Password needed</source>
            <translation>مطلوب كلمة مرور</translation>
        </message>
        <message>
            <source>That password does not open “%1”. Try another.</source>
            <translation>كلمة المرور هذه لا تفتح «%1». جرّب غيرها.</translation>
        </message>
        <message>
            <source>“%1” is protected. Its password is needed to read it.</source>
            <translation>‏«%1» محمي، ولا بد من كلمة مروره لقراءته.</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>كلمة المرور</translation>
        </message>
        <message>
            <source>&amp;Show the password</source>
            <translation>أ&amp;ظهر كلمة المرور</translation>
        </message>
        <message>
            <source>The password is kept in memory only, until Warraq is closed.</source>
            <translation>تبقى كلمة المرور في الذاكرة وحدها حتى يُغلق ورّاق.</translation>
        </message>
        <message>
            <source>&amp;Open</source>
            <translation>ا&amp;فتح</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
    </context>
    <context>
        <name>ui::QuestionBox</name>
        <message>
            <source>Question</source>
            <translation>السؤال</translation>
        </message>
        <message>
            <source>Stop (Esc)</source>
            <translation>أوقف (Esc)</translation>
        </message>
        <message>
            <source>Ask (Enter)</source>
            <translation>اسأل (Enter)</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>أوقف</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>اسأل</translation>
        </message>
    </context>
    <context>
        <name>ui::ReaderPane</name>
        <message>
            <source>Enter its password…</source>
            <translation>أدخل كلمة مروره…</translation>
        </message>
        <message>
            <source>Close the page</source>
            <translation>أغلق الصفحة</translation>
        </message>
        <message>
            <source>Previous page</source>
            <translation>الصفحة السابقة</translation>
        </message>
        <message>
            <source>Next page</source>
            <translation>الصفحة التالية</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>أصغر</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>أكبر</translation>
        </message>
        <message>
            <source>Fit the width</source>
            <translation>ملاءمة العرض</translation>
        </message>
        <message>
            <source>Page number</source>
            <translation>رقم الصفحة</translation>
        </message>
        <message>
            <source>Cited words</source>
            <translation>الكلمات المستشهد بها</translation>
        </message>
        <message>
            <source>“%1” is no longer in the library. These are the words that were cited.</source>
            <translation>لم يعد «%1» في المكتبة. هذه هي الكلمات التي استُشهد بها.</translation>
        </message>
        <message>
            <source>of %1</source>
            <translation>من %1</translation>
        </message>
    </context>
    <context>
        <name>ui::SettingsDialog</name>
        <message>
            <source>Settings</source>
            <translation>الإعدادات</translation>
        </message>
        <message>
            <source>&amp;Save</source>
            <translation>ا&amp;حفظ</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>كما في النظام</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>فاتح</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>داكن</translation>
        </message>
        <message>
            <source>&amp;Appearance:</source>
            <translation>ال&amp;مظهر:</translation>
        </message>
        <message>
            <source>&amp;Language:</source>
            <translation>ال&amp;لغة:</translation>
        </message>
        <message>
            <source>Short</source>
            <translation>قصيرة</translation>
        </message>
        <message>
            <source>Medium</source>
            <translation>متوسطة</translation>
        </message>
        <message>
            <source>Long</source>
            <translation>طويلة</translation>
        </message>
        <message>
            <source>Answers at &amp;most:</source>
            <translation>&amp;طول الإجابات:</translation>
        </message>
        <message>
            <source>Answering &amp;model:</source>
            <translation>&amp;نموذج الإجابة:</translation>
        </message>
        <message>
            <source>&amp;Search model:</source>
            <translation>نموذج ال&amp;بحث:</translation>
        </message>
        <message>
            <source>Chosen by Warraq</source>
            <translation>يختارها ورّاق</translation>
        </message>
        <message>
            <source>&amp;Processor threads:</source>
            <translation>خيوط ال&amp;معالج:</translation>
        </message>
        <message>
            <source>Models are loaded anew after a change here. With another search model, all documents are learned again.</source>
            <translation>تُحمَّل النماذج من جديد بعد التغيير هنا. ومع نموذج بحث آخر يُعاد فهم كل المستندات.</translation>
        </message>
        <message>
            <source>The default model</source>
            <translation>النموذج المعتاد</translation>
        </message>
        <message>
            <source>Choose a file</source>
            <translation>اختر ملفًا</translation>
        </message>
        <message>
            <source>Choose a model</source>
            <translation>اختيار نموذج</translation>
        </message>
        <message>
            <source>Models (*.gguf *.bin)</source>
            <translation>النماذج (*.gguf *.bin)</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>كل الملفات (*)</translation>
        </message>
    </context>
    <context>
        <name>ui::SourceCard</name>
        <message>
            <source>Passage: %1</source>
            <translation>مقطع: %1</translation>
        </message>
        <message>
            <source>Source %1: %2</source>
            <translation>المصدر %1: %2</translation>
        </message>
        <message>
            <source>Show it on the page</source>
            <translation>اعرضه في الصفحة</translation>
        </message>
    </context>
    <context>
        <name>ui::SourceList</name>
        <message numerus="yes">
            <source>Passages read: %Ln</source>
            <translation>
                <numerusform>المقاطع المقروءة: %Ln</numerusform>
                <numerusform>المقاطع المقروءة: %Ln</numerusform>
                <numerusform>المقاطع المقروءة: %Ln</numerusform>
                <numerusform>المقاطع المقروءة: %Ln</numerusform>
                <numerusform>المقاطع المقروءة: %Ln</numerusform>
                <numerusform>المقاطع المقروءة: %Ln</numerusform>
            </translation>
        </message>
        <message>
            <source>Show what the answer was drawn from</source>
            <translation>اعرض ما استُخلصت منه الإجابة</translation>
        </message>
        <message>
            <source>%1 · page %2</source>
            <translation>%1 · صفحة %2</translation>
        </message>
        <message>
            <source>%1 · page %2 (printed %3)</source>
            <translation>%1 · صفحة %2 (المطبوع %3)</translation>
        </message>
    </context>
</TS>
