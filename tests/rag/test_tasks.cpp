#include "rag/tasks/document_tasks.h"
#include "tests/rag/small_library.h"
#include "tests/support/fake_language_model.h"

#include <QTest>

#include <algorithm>

using namespace rag;

namespace {

const std::vector<std::vector<std::string>> kHandbook{
    {"The water plant has three pumps and a filter for the town."},
    {"Every pump of the plant is inspected in March by the engineer of the town."},
    {"The filter of the plant is cleaned every week with clear water."},
    {"The deadline for the yearly report of the plant is 5 May 2024."},
    {"A visitor of the plant signs the book at the gate of the plant."},
    {"The deadline for repairs of a pump is ten days after the inspection."}};

std::string allQuotes(const Answer &answer)
{
    std::string quotes;
    for (const Citation &citation : answer.citations)
        quotes += citation.quote + "\n";
    return quotes;
}

int occurrences(const std::string &text, const std::string &part)
{
    int count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

} // namespace

/// Whole-document tasks on a small library, with and without a model.
class TestTasks : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void summarisesWithAPageBehindEveryLine();
    void coversEveryPageAndNamesWhatIsMissing();
    void listsEveryMatchOnce();
    void listsByMeaningWhereTheWordsAreMissing();
    void saysThatNothingIsThere();
    void comparesTwoDocuments();
    void comparesInOneRespect();
    void outlinesByHeadings();
    void refusesWhatCanNotBeDone();
    void goesOnFromTheNotesOfARunThatWasStopped();
    void notesOfARemovedDocumentAreGone();
    void showsOnlyWhatThePassagesSupportOfAModel();
    void worksWithoutAnyModel();

private:
    std::unique_ptr<DocumentTasks> runner(std::unique_ptr<LanguageModel> model = nullptr)
    {
        return std::make_unique<DocumentTasks>(m_library->database, m_library->embedder, std::move(model));
    }

    TaskResult run(TaskKind kind, std::vector<DocumentId> documents, const std::string &question = "")
    {
        TaskRequest request;
        request.kind = kind;
        request.documents = std::move(documents);
        request.question = question;
        request.language = "en";
        const auto result = runner()->run(request, {}, {});
        if (!result)
            qFatal("%s", result.error().detail.c_str());
        return *result;
    }

    std::unique_ptr<SmallLibrary> m_library;
    DocumentId m_handbook = 0;
    DocumentId m_other = 0;
};

void TestTasks::init()
{
    m_library = std::make_unique<SmallLibrary>();
    m_handbook = m_library->add("handbook.pdf", "en", kHandbook);
    m_other = m_library->add("other.pdf", "en",
                             {{"Every pump of the mill is inspected in June by the miller of the village."},
                              {"The wheel of the mill was built from oak by the first miller."}});
}

void TestTasks::summarisesWithAPageBehindEveryLine()
{
    const TaskResult result = run(TaskKind::Summary, {m_handbook});

    QVERIFY(!result.answer.abstained);
    QVERIFY(result.answer.citations.size() >= 3);
    QCOMPARE(result.answer.sentences.size(), std::size_t(occurrences(result.answer.text, " [")));
    for (const Citation &citation : result.answer.citations) {
        const auto page = m_library->store->page(citation.document, citation.page);
        QVERIFY(page && *page);
        QVERIFY((*page)->text.find(citation.quote) != std::string::npos);
        QVERIFY(!citation.boxes.empty());
        QVERIFY(result.answer.text.find("[" + std::to_string(citation.n) + "]") != std::string::npos);
    }
    for (const AnswerSentence &sentence : result.answer.sentences) {
        const std::string shown = result.answer.text.substr(sentence.begin, sentence.end - sentence.begin);
        QCOMPARE(shown, result.answer.citations[std::size_t(sentence.citations.front()) - 1].quote);
        QVERIFY(sentence.verdict == Verdict::Supported && sentence.quoted);
    }
}

void TestTasks::coversEveryPageAndNamesWhatIsMissing()
{
    PageContent blank;
    blank.page = 6;
    blank.state = PageState::NoText;
    blank.note = "nothing to read on it";
    PageContent skipped;
    skipped.page = 7;
    skipped.state = PageState::Skipped;
    require(m_library->store->addPage(m_handbook, blank, {}));
    require(m_library->store->addPage(m_handbook, skipped, {}));
    QVERIFY(m_library->database->run("UPDATE documents SET pages = 9 WHERE id = ?", m_handbook));

    const TaskResult result = run(TaskKind::Summary, {m_handbook});

    QCOMPARE(result.coverage.size(), std::size_t(1));
    QCOMPARE(result.coverage[0].pages, 9);
    QCOMPARE(result.coverage[0].pagesRead, 7);
    QCOMPARE(result.coverage[0].withoutText, std::vector<int>{6});
    QCOMPARE(result.coverage[0].unread, (std::vector<int>{7, 8}));
    QVERIFY(result.answer.text.find("Read 7 of 9 pages.") != std::string::npos);
}

void TestTasks::listsEveryMatchOnce()
{
    const TaskResult result = run(TaskKind::ListEvery, {m_handbook}, "deadlines");

    const std::string quotes = allQuotes(result.answer);
    QVERIFY(quotes.find("yearly report") != std::string::npos);
    QVERIFY(quotes.find("repairs of a pump") != std::string::npos);
    QCOMPARE(occurrences(result.answer.text, "The deadline for the yearly report"), 1);
    QVERIFY(result.answer.text.find("in 2 places") != std::string::npos);
    QCOMPARE(result.answer.citations[0].page, 3);
}

void TestTasks::listsByMeaningWhereTheWordsAreMissing()
{
    // The fake embedder is a bag of whole words: "gate" is near, though its stem is asked for in another
    // form.
    const TaskResult result = run(TaskKind::ListEvery, {m_handbook}, "gates visitors signing zebra okapi");

    QVERIFY(result.answer.text.find("Closest by meaning") != std::string::npos ||
            result.answer.text.find("in ") != std::string::npos);
    QVERIFY(!result.answer.citations.empty());
}

void TestTasks::saysThatNothingIsThere()
{
    const TaskResult result = run(TaskKind::ListEvery, {m_other}, "email addresses");

    QVERIFY(result.answer.abstained);
    QVERIFY(result.answer.text.find("was not found") != std::string::npos);
    QVERIFY(result.answer.citations.empty());
}

void TestTasks::comparesTwoDocuments()
{
    const TaskResult result = run(TaskKind::Comparison, {m_handbook, m_other});

    const std::string &text = result.answer.text;
    QVERIFY(text.find("### In both") != std::string::npos);
    QVERIFY(text.find("### Only in handbook.pdf") != std::string::npos);
    QVERIFY(text.find("### Only in other.pdf") != std::string::npos);
    const std::string both =
        text.substr(text.find("### In both"), text.find("### Only") - text.find("### In both"));
    QVERIFY(both.find("inspected in March") != std::string::npos);
    QVERIFY(both.find("inspected in June") != std::string::npos);
    QCOMPARE(result.coverage.size(), std::size_t(2));
}

void TestTasks::comparesInOneRespect()
{
    const TaskResult result = run(TaskKind::Comparison, {m_handbook, m_other}, "oak wheel");

    QVERIFY(result.answer.text.find("The wheel of the mill was built from oak") != std::string::npos);
    QVERIFY(result.answer.text.find("Nothing about “oak wheel” was found in handbook.pdf") !=
            std::string::npos);
}

void TestTasks::outlinesByHeadings()
{
    rag::NewDocument document;
    document.path = document.name = document.hash = "book.pdf";
    document.pages = 2;
    const DocumentId id = m_library->store->addDocument(document).value();
    require(
        m_library->store->addPage(id, makePage(0, {"1 Pumps", "Text about pumps that goes on."}, {0}), {}));
    require(m_library->store->addPage(id, makePage(1, {"2 Filters", "Text about filters that goes on."}, {0}),
                                      {}));

    const TaskResult result = run(TaskKind::Outline, {id});

    QCOMPARE(result.answer.citations.size(), std::size_t(2));
    QCOMPARE(result.answer.citations[1].quote, std::string("2 Filters"));
    QCOMPARE(result.answer.citations[1].page, 1);
    QVERIFY(!result.answer.citations[1].boxes.empty());
    QVERIFY(result.answer.text.find("- 2 Filters — page 2 [2]") != std::string::npos);
}

void TestTasks::refusesWhatCanNotBeDone()
{
    const auto codeOf = [&](TaskKind kind, std::vector<DocumentId> documents,
                            const std::string &question = "") {
        TaskRequest request;
        request.kind = kind;
        request.documents = std::move(documents);
        request.question = question;
        const auto result = runner()->run(request, {}, {});
        return result ? -1 : int(result.error().code);
    };

    QCOMPARE(codeOf(TaskKind::Summary, {4711}), int(ErrorCode::NotFound));
    QCOMPARE(codeOf(TaskKind::Comparison, {m_handbook, m_handbook}), int(ErrorCode::Unsupported));
    QCOMPARE(codeOf(TaskKind::ListEvery, {m_handbook}, " ?"), int(ErrorCode::Unsupported));
}

void TestTasks::goesOnFromTheNotesOfARunThatWasStopped()
{
    TaskRequest request;
    request.documents = {m_handbook};
    // A model makes notes slowly; it is stopped after its second call.
    auto model = std::make_unique<FakeLanguageModel>(
        std::vector<std::string>{"The water plant has three pumps and a filter for the town."}, 300);
    FakeLanguageModel *watched = model.get();
    DocumentTasks first(m_library->database, m_library->embedder, std::move(model));
    CancelToken cancel;
    const auto stopped = first.run(
        request,
        [&](const TaskProgress &) {
            if (watched->calls() >= 1)
                cancel.cancel();
        },
        cancel);
    const int made = watched->calls();
    const auto open = first.unfinished();
    const auto notes = m_library->database->number("SELECT count(*) FROM task_notes");

    const auto again = first.run(request, {}, {});

    QVERIFY(stopped && again);
    QVERIFY(stopped->answer.stopped);
    QVERIFY(open && open->size() == 1 && open->front().documents == request.documents);
    QVERIFY(*notes > 0);
    QVERIFY(stopped->coverage[0].pagesRead < stopped->coverage[0].pages);
    QCOMPARE(made, 1);
    QVERIFY(!again->answer.stopped);
    QVERIFY(again->resumedNotes > 0);
    QCOMPARE(again->coverage[0].pagesRead, int(kHandbook.size()));
    QVERIFY(first.unfinished()->empty());
    QCOMPARE(*m_library->database->number("SELECT count(DISTINCT chunk) FROM task_notes"),
             std::int64_t(kHandbook.size()));
}

void TestTasks::notesOfARemovedDocumentAreGone()
{
    run(TaskKind::Summary, {m_handbook});
    QVERIFY(*m_library->database->number("SELECT count(*) FROM task_notes") > 0);

    QVERIFY(m_library->store->removeDocument(m_handbook));

    QCOMPARE(*m_library->database->number("SELECT count(*) FROM task_notes"), std::int64_t(0));
    QCOMPARE(*m_library->database->number("SELECT count(*) FROM tasks"), std::int64_t(0));
}

void TestTasks::showsOnlyWhatThePassagesSupportOfAModel()
{
    TaskRequest request;
    request.documents = {m_handbook};
    request.language = "en";
    auto model = std::make_unique<FakeLanguageModel>(
        std::vector<std::string>{"- The water plant has three pumps and a filter.\n",
                                 "- The water plant has nine pumps and a lake.\n"});
    DocumentTasks tasks(m_library->database, m_library->embedder, std::move(model));

    const auto result = tasks.run(request, {}, {});

    QVERIFY(result);
    QVERIFY(result->answer.text.find("three pumps and a filter. [") != std::string::npos);
    QVERIFY(result->answer.text.find("nine pumps") == std::string::npos);
    QCOMPARE(result->answer.model, std::string("fake"));
}

void TestTasks::worksWithoutAnyModel()
{
    DocumentTasks tasks(m_library->database, nullptr, nullptr);
    TaskRequest request;

    const auto result = tasks.run(request, {}, {}); // the whole library

    QVERIFY(result);
    QCOMPARE(result->coverage.size(), std::size_t(2));
    QVERIFY(!result->answer.citations.empty());
}

QTEST_GUILESS_MAIN(TestTasks)
#include "test_tasks.moc"
