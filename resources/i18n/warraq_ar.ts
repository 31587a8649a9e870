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
        <name>ReportText</name>
        <message>
            <source>could not be read</source>
            <translation>تعذّرت قراءتها</translation>
        </message>
        <message>
            <source>a picture without text, and not read by OCR</source>
            <translation>صورة بلا نص، ولم يقرأها التعرّف الضوئي</translation>
        </message>
        <message>
            <source>blank</source>
            <translation>فارغة</translation>
        </message>
        <message>
            <source>read from its picture (OCR), %1 sure</source>
            <translation>قُرئت من صورتها (تعرّف ضوئي)، بثقة %1</translation>
        </message>
        <message>
            <source>read from its picture (OCR), only %1 sure: much of it may be wrong</source>
            <translation>قُرئت من صورتها (تعرّف ضوئي)، بثقة %1 فقط: قد يكون كثير منها خطأ</translation>
        </message>
        <message>
            <source>the text in the file made no sense</source>
            <translation>النص الذي في الملف لا معنى له</translation>
        </message>
        <message>
            <source>text that a reader does not see was left out</source>
            <translation>تُرك نص لا يراه القارئ</translation>
        </message>
        <message>
            <source>its letters were put right</source>
            <translation>صُحّحت حروفها</translation>
        </message>
        <message numerus="yes">
            <source>%Ln table(s)</source>
            <translation>
                <numerusform>بلا جداول</numerusform>
                <numerusform>جدول واحد</numerusform>
                <numerusform>جدولان</numerusform>
                <numerusform>%Ln جداول</numerusform>
                <numerusform>%Ln جدولًا</numerusform>
                <numerusform>%Ln جدول</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln caption(s)</source>
            <translation>
                <numerusform>بلا تعليقات</numerusform>
                <numerusform>تعليق واحد</numerusform>
                <numerusform>تعليقان</numerusform>
                <numerusform>%Ln تعليقات</numerusform>
                <numerusform>%Ln تعليقًا</numerusform>
                <numerusform>%Ln تعليق</numerusform>
            </translation>
        </message>
        <message>
            <source>Page %1</source>
            <translation>صفحة %1</translation>
        </message>
        <message>
            <source>Page %1 (printed %2)</source>
            <translation>صفحة %1 (مطبوعة %2)</translation>
        </message>
        <message>
            <source>; </source>
            <comment>between the reasons for a page's grade</comment>
            <translation>؛ </translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s):</source>
            <translation>
                <numerusform>لا صفحات:</numerusform>
                <numerusform>صفحة واحدة:</numerusform>
                <numerusform>صفحتان:</numerusform>
                <numerusform>%Ln صفحات:</numerusform>
                <numerusform>%Ln صفحة:</numerusform>
                <numerusform>%Ln صفحة:</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 read well, %2 worth a look, %3 not to be relied on.</source>
            <translation>%1 قُرئت جيدًا، و%2 تستحق نظرة، و%3 لا يُعتمد عليها.</translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s) read from their pictures (OCR), %1 sure on average.</source>
            <translation>
                <numerusform>لم تُقرأ صفحة من صورتها.</numerusform>
                <numerusform>صفحة واحدة قُرئت من صورتها (تعرّف ضوئي)، بثقة %1.</numerusform>
                <numerusform>صفحتان قُرئتا من صورتيهما (تعرّف ضوئي)، بثقة %1 في المتوسط.</numerusform>
                <numerusform>%Ln صفحات قُرئت من صورها (تعرّف ضوئي)، بثقة %1 في المتوسط.</numerusform>
                <numerusform>%Ln صفحة قُرئت من صورها (تعرّف ضوئي)، بثقة %1 في المتوسط.</numerusform>
                <numerusform>%Ln صفحة قُرئت من صورها (تعرّف ضوئي)، بثقة %1 في المتوسط.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln page(s) hold text that a reader does not see; it was left out.</source>
            <translation>
                <numerusform>لا نص خفيًّا.</numerusform>
                <numerusform>في صفحة واحدة نص لا يراه القارئ؛ تُرك.</numerusform>
                <numerusform>في صفحتين نص لا يراه القارئ؛ تُرك.</numerusform>
                <numerusform>في %Ln صفحات نص لا يراه القارئ؛ تُرك.</numerusform>
                <numerusform>في %Ln صفحة نص لا يراه القارئ؛ تُرك.</numerusform>
                <numerusform>في %Ln صفحة نص لا يراه القارئ؛ تُرك.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln table(s) found.</source>
            <translation>
                <numerusform>لم يوجد جدول.</numerusform>
                <numerusform>وُجد جدول واحد.</numerusform>
                <numerusform>وُجد جدولان.</numerusform>
                <numerusform>وُجدت %Ln جداول.</numerusform>
                <numerusform>وُجد %Ln جدولًا.</numerusform>
                <numerusform>وُجد %Ln جدول.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>VerdictMarks</name>
        <message>
            <source>The passages support this sentence only weakly.</source>
            <translation>لا تسند المقاطع هذه الجملة إلا إسنادًا ضعيفًا.</translation>
        </message>
        <message>
            <source>Nothing in the passages supports this sentence. Check it before you rely on it.</source>
            <translation>لا شيء في المقاطع يسند هذه الجملة. تحقّق منها قبل أن تعتمد عليها.</translation>
        </message>
        <message numerus="yes">
            <source>Dotted: %Ln sentence(s) that the passages support only weakly.</source>
            <translation>
                <numerusform>منقّطة: %Ln جمل لا تسندها المقاطع إلا إسنادًا ضعيفًا.</numerusform>
                <numerusform>منقّطة: جملة واحدة لا تسندها المقاطع إلا إسنادًا ضعيفًا.</numerusform>
                <numerusform>منقّطتان: جملتان لا تسندهما المقاطع إلا إسنادًا ضعيفًا.</numerusform>
                <numerusform>منقّطة: %Ln جمل لا تسندها المقاطع إلا إسنادًا ضعيفًا.</numerusform>
                <numerusform>منقّطة: %Ln جملة لا تسندها المقاطع إلا إسنادًا ضعيفًا.</numerusform>
                <numerusform>منقّطة: %Ln جملة لا تسندها المقاطع إلا إسنادًا ضعيفًا.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Grey and dashed: %Ln sentence(s) that nothing in the passages supports.</source>
            <translation>
                <numerusform>رمادية بخط متقطع: %Ln جمل لا يسندها شيء في المقاطع.</numerusform>
                <numerusform>رمادية بخط متقطع: جملة واحدة لا يسندها شيء في المقاطع.</numerusform>
                <numerusform>رماديتان بخط متقطع: جملتان لا يسندهما شيء في المقاطع.</numerusform>
                <numerusform>رمادية بخط متقطع: %Ln جمل لا يسندها شيء في المقاطع.</numerusform>
                <numerusform>رمادية بخط متقطع: %Ln جملة لا يسندها شيء في المقاطع.</numerusform>
                <numerusform>رمادية بخط متقطع: %Ln جملة لا يسندها شيء في المقاطع.</numerusform>
            </translation>
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
        <name>ui::AnswerFoot</name>
        <message numerus="yes">
            <source>Reading everything: %1 of %Ln page(s)…</source>
            <translation>
                <numerusform>يقرأ كل شيء…</numerusform>
                <numerusform>يقرأ كل شيء: %1 من صفحة واحدة…</numerusform>
                <numerusform>يقرأ كل شيء: %1 من صفحتين…</numerusform>
                <numerusform>يقرأ كل شيء: %1 من %Ln صفحات…</numerusform>
                <numerusform>يقرأ كل شيء: %1 من %Ln صفحة…</numerusform>
                <numerusform>يقرأ كل شيء: %1 من %Ln صفحة…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Read %Ln page(s). Putting it together…</source>
            <translation>
                <numerusform>يجمع النتيجة…</numerusform>
                <numerusform>قُرئت صفحة واحدة. يجمع النتيجة…</numerusform>
                <numerusform>قُرئت صفحتان. يجمع النتيجة…</numerusform>
                <numerusform>قُرئت %Ln صفحات. يجمع النتيجة…</numerusform>
                <numerusform>قُرئت %Ln صفحة. يجمع النتيجة…</numerusform>
                <numerusform>قُرئت %Ln صفحة. يجمع النتيجة…</numerusform>
            </translation>
        </message>
        <message>
            <source>Searching the documents…</source>
            <translation>يبحث في المستندات…</translation>
        </message>
        <message numerus="yes">
            <source>Reading %Ln passage(s)…</source>
            <translation>
                <numerusform>يقرأ المقاطع…</numerusform>
                <numerusform>يقرأ مقطعًا واحدًا…</numerusform>
                <numerusform>يقرأ مقطعين…</numerusform>
                <numerusform>يقرأ %Ln مقاطع…</numerusform>
                <numerusform>يقرأ %Ln مقطعًا…</numerusform>
                <numerusform>يقرأ %Ln مقطع…</numerusform>
            </translation>
        </message>
        <message>
            <source>Stopped.</source>
            <translation>أُوقف.</translation>
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
        <message>
            <source>Pages read</source>
            <translation>الصفحات المقروءة</translation>
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
    </context>
    <context>
        <name>ui::AskScope</name>
        <message>
            <source>Asking only %1</source>
            <translation>يُسأل %1 وحده</translation>
        </message>
        <message>
            <source>Asking only %1, pages %2 to %3</source>
            <translation>يُسأل %1 وحده، من صفحة %2 إلى %3</translation>
        </message>
        <message numerus="yes">
            <source>Asking the whole library: %Ln document(s)</source>
            <translation>
                <numerusform>المكتبة كلها تُسأل</numerusform>
                <numerusform>المكتبة كلها تُسأل: مستند واحد</numerusform>
                <numerusform>المكتبة كلها تُسأل: مستندان</numerusform>
                <numerusform>المكتبة كلها تُسأل: %Ln مستندات</numerusform>
                <numerusform>المكتبة كلها تُسأل: %Ln مستندًا</numerusform>
                <numerusform>المكتبة كلها تُسأل: %Ln مستند</numerusform>
            </translation>
        </message>
        <message>
            <source>No document is ticked</source>
            <translation>لا مستند مُعلَّم</translation>
        </message>
        <message numerus="yes">
            <source>Asking %Ln document(s)</source>
            <translation>
                <numerusform>لا يُسأل مستند</numerusform>
                <numerusform>يُسأل مستند واحد</numerusform>
                <numerusform>يُسأل مستندان</numerusform>
                <numerusform>تُسأل %Ln مستندات</numerusform>
                <numerusform>يُسأل %Ln مستندًا</numerusform>
                <numerusform>يُسأل %Ln مستند</numerusform>
            </translation>
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
        <message numerus="yes">
            <source>%Ln s left</source>
            <translation>
                <numerusform>كاد يفرغ</numerusform>
                <numerusform>بقيت ثانية</numerusform>
                <numerusform>بقيت ثانيتان</numerusform>
                <numerusform>بقيت %Ln ثوانٍ</numerusform>
                <numerusform>بقيت %Ln ثانية</numerusform>
                <numerusform>بقيت %Ln ثانية</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln min left</source>
            <translation>
                <numerusform>كاد يفرغ</numerusform>
                <numerusform>بقيت دقيقة</numerusform>
                <numerusform>بقيت دقيقتان</numerusform>
                <numerusform>بقيت %Ln دقائق</numerusform>
                <numerusform>بقيت %Ln دقيقة</numerusform>
                <numerusform>بقيت %Ln دقيقة</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 · %2</source>
            <translation>%1 · %2</translation>
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
        <name>ui::GlassBox</name>
        <message>
            <source>%1 s</source>
            <translation>%1 ث</translation>
        </message>
        <message numerus="yes">
            <source>%Ln passage(s) in %1</source>
            <translation>
                <numerusform>لا مقاطع، في %1</numerusform>
                <numerusform>مقطع واحد في %1</numerusform>
                <numerusform>مقطعان في %1</numerusform>
                <numerusform>%Ln مقاطع في %1</numerusform>
                <numerusform>%Ln مقطعًا في %1</numerusform>
                <numerusform>%Ln مقطع في %1</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln passage(s) for “%1” in %2</source>
            <translation>
                <numerusform>لا مقاطع عن «%1»، في %2</numerusform>
                <numerusform>مقطع واحد عن «%1» في %2</numerusform>
                <numerusform>مقطعان عن «%1» في %2</numerusform>
                <numerusform>%Ln مقاطع عن «%1» في %2</numerusform>
                <numerusform>%Ln مقطعًا عن «%1» في %2</numerusform>
                <numerusform>%Ln مقطع عن «%1» في %2</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%Ln token(s) in %1</source>
            <translation>
                <numerusform>لا رموز، في %1</numerusform>
                <numerusform>رمز واحد في %1</numerusform>
                <numerusform>رمزان في %1</numerusform>
                <numerusform>%Ln رموز في %1</numerusform>
                <numerusform>%Ln رمزًا في %1</numerusform>
                <numerusform>%Ln رمز في %1</numerusform>
            </translation>
        </message>
        <message>
            <source>%1, %2 of them known from before</source>
            <translation>%1، منها %2 معروفة من قبل</translation>
        </message>
        <message>
            <source>Found:</source>
            <translation>ما وُجد:</translation>
        </message>
        <message>
            <source>Confidence:</source>
            <translation>الثقة:</translation>
        </message>
        <message>
            <source>%1 that the documents hold the answer</source>
            <translation>%1 أن الجواب في المستندات</translation>
        </message>
        <message>
            <source>Model:</source>
            <translation>النموذج:</translation>
        </message>
        <message>
            <source>Prompt read:</source>
            <translation>ما قرأه:</translation>
        </message>
        <message>
            <source>Written:</source>
            <translation>ما كتبه:</translation>
        </message>
        <message>
            <source>nothing by the model; the answer is a quotation</source>
            <translation>لم يكتب النموذج شيئًا؛ الجواب اقتباس</translation>
        </message>
        <message>
            <source>not found by meaning</source>
            <translation>لم يوجد بالمعنى</translation>
        </message>
        <message>
            <source>by meaning no. %1 (likeness %2)</source>
            <translation>بالمعنى: المرتبة %1 (تشابه %2)</translation>
        </message>
        <message>
            <source>not found by words</source>
            <translation>لم يوجد بالكلمات</translation>
        </message>
        <message>
            <source>by words no. %1</source>
            <translation>بالكلمات: المرتبة %1</translation>
        </message>
        <message>
            <source>score %1</source>
            <translation>الدرجة %1</translation>
        </message>
        <message>
            <source>How this was answered</source>
            <translation>كيف أُجيب عن هذا</translation>
        </message>
        <message>
            <source>What was searched for, the passages that were read, model and times</source>
            <translation>ما بُحث عنه، والمقاطع التي قُرئت، والنموذج والأوقات</translation>
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
        <message>
            <source>How it was read…</source>
            <translation>كيف قُرئ…</translation>
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
        <message>
            <source>How it was read…</source>
            <translation>كيف قُرئ…</translation>
        </message>
        <message>
            <source>Summarize</source>
            <translation>لخّص</translation>
        </message>
        <message>
            <source>Outline</source>
            <translation>اعرض البنية</translation>
        </message>
        <message>
            <source>List every…</source>
            <translation>اسرد كل…</translation>
        </message>
        <message>
            <source>Compare with</source>
            <translation>قارن مع</translation>
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
        <message>
            <source>Keep as a collection</source>
            <translation>حفظ كمجموعة</translation>
        </message>
        <message>
            <source>A name for the documents that are ticked now. One that is there already gets these documents in place of its own.</source>
            <translation>اسم للمستندات المعلَّمة الآن. إن كانت مجموعة بهذا الاسم موجودة حلّت هذه المستندات محلّ ما فيها.</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>احفظ</translation>
        </message>
        <message>
            <source>Forget the collection “%1”?</source>
            <translation>أتُنسى المجموعة «%1»؟</translation>
        </message>
        <message>
            <source>Its documents stay in the library.</source>
            <translation>تبقى مستنداتها في المكتبة.</translation>
        </message>
        <message>
            <source>Forget it</source>
            <translation>انسَها</translation>
        </message>
        <message>
            <source>List every…</source>
            <translation>اسرد كل…</translation>
        </message>
        <message>
            <source>What shall be listed? Every page of the document is read for it.</source>
            <translation>ما الذي يُسرد؟ تُقرأ كل صفحات المستند لأجله.</translation>
        </message>
        <message>
            <source>List</source>
            <translation>اسرد</translation>
        </message>
        <message>
            <source>deadline, person, amount of money…</source>
            <translation>موعد، شخص، مبلغ من المال…</translation>
        </message>
        <message>
            <source>An answer is being made.</source>
            <translation>يُعَدّ جواب الآن.</translation>
        </message>
        <message>
            <source>Wait for it, or stop it first.</source>
            <translation>انتظره أو أوقفه أولًا.</translation>
        </message>
        <message>
            <source>Summarize “%1”</source>
            <translation>لخّص «%1»</translation>
        </message>
        <message>
            <source>Outline “%1”</source>
            <translation>اعرض بنية «%1»</translation>
        </message>
        <message>
            <source>List every %1 in “%2”</source>
            <translation>اسرد كل %1 في «%2»</translation>
        </message>
        <message>
            <source>Compare “%1” with “%2”</source>
            <translation>قارن «%1» مع «%2»</translation>
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
    </context>
    <context>
        <name>ui::NameDialog</name>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
    </context>
    <context>
        <name>ui::PageStrip</name>
        <message>
            <source>Pages by how well they were read</source>
            <translation>الصفحات بحسب جودة قراءتها</translation>
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
        <name>ui::PagesDialog</name>
        <message>
            <source>Ask only some pages</source>
            <translation>سؤال بعض الصفحات فقط</translation>
        </message>
        <message>
            <source>&amp;From page:</source>
            <translation>&amp;من صفحة:</translation>
        </message>
        <message>
            <source>&amp;To page:</source>
            <translation>&amp;إلى صفحة:</translation>
        </message>
        <message>
            <source>Ask these</source>
            <translation>اسأل هذه</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>All pages</source>
            <translation>كل الصفحات</translation>
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
        <message>
            <source>Choose what is asked: the library, a collection, documents, pages</source>
            <translation>اختر ما يُسأل: المكتبة، مجموعة، مستندات، صفحات</translation>
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
        <name>ui::ReportDialog</name>
        <message>
            <source>Reading the report…</source>
            <translation>يقرأ التقرير…</translation>
        </message>
        <message>
            <source>How “%1” was read</source>
            <translation>كيف قُرئ «%1»</translation>
        </message>
        <message>
            <source>Pages worth a look</source>
            <translation>صفحات تستحق نظرة</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>No page of it has been read yet.</source>
            <translation>لم تُقرأ منه صفحة بعد.</translation>
        </message>
        <message>
            <source>%1: %2</source>
            <comment>page and what is to be said of it</comment>
            <translation>%1: %2</translation>
        </message>
    </context>
    <context>
        <name>ui::ScanView</name>
        <message numerus="yes">
            <source>Searched %1 of %Ln page(s).</source>
            <translation>
                <numerusform>لا صفحات يُبحث فيها.</numerusform>
                <numerusform>بُحث في %1 من صفحة واحدة.</numerusform>
                <numerusform>بُحث في %1 من صفحتين.</numerusform>
                <numerusform>بُحث في %1 من %Ln صفحات.</numerusform>
                <numerusform>بُحث في %1 من %Ln صفحة.</numerusform>
                <numerusform>بُحث في %1 من %Ln صفحة.</numerusform>
            </translation>
        </message>
        <message>
            <source>The others have no text that could be searched.</source>
            <translation>ليس في غيرها نص يُبحث فيه.</translation>
        </message>
        <message>
            <source>p. %1</source>
            <translation>ص %1</translation>
        </message>
        <message>
            <source>“%1”: on no page</source>
            <translation>«%1»: لا صفحة</translation>
        </message>
        <message numerus="yes">
            <source>“%1”: on %Ln page(s): %2</source>
            <translation>
                <numerusform>«%1»: لا صفحة</numerusform>
                <numerusform>«%1»: في صفحة واحدة: %2</numerusform>
                <numerusform>«%1»: في صفحتين: %2</numerusform>
                <numerusform>«%1»: في %Ln صفحات: %2</numerusform>
                <numerusform>«%1»: في %Ln صفحة: %2</numerusform>
                <numerusform>«%1»: في %Ln صفحة: %2</numerusform>
            </translation>
        </message>
        <message>
            <source>What was searched</source>
            <translation>ما بُحث فيه</translation>
        </message>
    </context>
    <context>
        <name>ui::ScopeMenu</name>
        <message>
            <source>The whole library</source>
            <translation>المكتبة كلها</translation>
        </message>
        <message>
            <source>Only the open document: %1</source>
            <translation>المستند المفتوح وحده: %1</translation>
        </message>
        <message>
            <source>Only some pages…</source>
            <translation>بعض الصفحات فقط…</translation>
        </message>
        <message>
            <source>Only some pages (tick one document first)</source>
            <translation>بعض الصفحات فقط (علّم مستندًا واحدًا أولًا)</translation>
        </message>
        <message>
            <source>Collections</source>
            <translation>المجموعات</translation>
        </message>
        <message numerus="yes">
            <source>%1 (%Ln document(s))</source>
            <translation>
                <numerusform>%1 (فارغة)</numerusform>
                <numerusform>%1 (مستند واحد)</numerusform>
                <numerusform>%1 (مستندان)</numerusform>
                <numerusform>%1 (%Ln مستندات)</numerusform>
                <numerusform>%1 (%Ln مستندًا)</numerusform>
                <numerusform>%1 (%Ln مستند)</numerusform>
            </translation>
        </message>
        <message>
            <source>Keep the ticked documents as a collection…</source>
            <translation>حفظ المستندات المعلَّمة كمجموعة…</translation>
        </message>
        <message>
            <source>Forget a collection</source>
            <translation>نسيان مجموعة</translation>
        </message>
    </context>
    <context>
        <name>ui::SearchedForLine</name>
        <message>
            <source>Words to search for</source>
            <translation>كلمات البحث</translation>
        </message>
        <message>
            <source>Change what is searched for and ask again</source>
            <translation>غيّر ما يُبحث عنه واسأل من جديد</translation>
        </message>
        <message>
            <source>Searched for: %1</source>
            <translation>بُحث عن: %1</translation>
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
        <message>
            <source>Read &amp;scanned pages from their pictures (OCR)</source>
            <translation>قراءة الصفحات المم&amp;سوحة من صورها (تعرّف ضوئي)</translation>
        </message>
        <message>
            <source>Takes some seconds a page. Documents that were read before stay as they are.</source>
            <translation>تأخذ الصفحة بضع ثوانٍ. وما قُرئ من قبل يبقى كما هو.</translation>
        </message>
        <message>
            <source>Reading:</source>
            <translation>القراءة:</translation>
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
        <message>
            <source>%1 · page %2</source>
            <translation>%1 · صفحة %2</translation>
        </message>
        <message>
            <source>%1 · page %2 (printed %3)</source>
            <translation>%1 · صفحة %2 (المطبوع %3)</translation>
        </message>
    </context>
    <context>
        <name>ui::SuggestionRow</name>
        <message>
            <source>Ask: %1</source>
            <translation>اسأل: %1</translation>
        </message>
    </context>
    <context>
        <name>ui::ThoughtsView</name>
        <message>
            <source>Answer now</source>
            <translation>أجب الآن</translation>
        </message>
        <message>
            <source>Thoughts</source>
            <translation>الأفكار</translation>
        </message>
        <message>
            <source>What the model thought before it answered. It is no part of the answer.</source>
            <translation>ما فكّر فيه النموذج قبل أن يجيب. ليس جزءًا من الجواب.</translation>
        </message>
        <message>
            <source>Stop thinking and answer with what it has</source>
            <translation>كُفّ عن التفكير وأجب بما لديك</translation>
        </message>
        <message numerus="yes">
            <source>Thinking… %Ln s</source>
            <translation>
                <numerusform>يفكّر…</numerusform>
                <numerusform>يفكّر… ثانية</numerusform>
                <numerusform>يفكّر… ثانيتان</numerusform>
                <numerusform>يفكّر… %Ln ثوانٍ</numerusform>
                <numerusform>يفكّر… %Ln ثانية</numerusform>
                <numerusform>يفكّر… %Ln ثانية</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Thoughts · %Ln s</source>
            <translation>
                <numerusform>الأفكار</numerusform>
                <numerusform>الأفكار · ثانية</numerusform>
                <numerusform>الأفكار · ثانيتان</numerusform>
                <numerusform>الأفكار · %Ln ثوانٍ</numerusform>
                <numerusform>الأفكار · %Ln ثانية</numerusform>
                <numerusform>الأفكار · %Ln ثانية</numerusform>
            </translation>
        </message>
    </context>
</TS>
