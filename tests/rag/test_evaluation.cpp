#include "rag/eval/evaluation.h"
#include "rag/retrieve/hybrid_retriever.h"
#include "tests/rag/small_library.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace rag;

namespace {

class FakeAnswerer final : public Answerer
{
public:
    Result<Answer> ask(const Question &question, const std::vector<Exchange> &history, const AnswerOptions &,
                       const OnEvent &, const CancelToken &) override
    {
        asked.push_back(question.text);
        histories.push_back(history);
        Answer answer;
        answer.text = "The answer is 474 packages.";
        answer.abstained = question.text.find("unknown") != std::string::npos;
        m_confidence = answer.abstained ? 0.1 : 0.9;
        if (!answer.abstained)
            answer.citations.push_back({1, question.documents.front(), "a.pdf", 1, "", "quote", boxes});
        return answer;
    }

    double confidence() const override { return m_confidence; }

    std::vector<std::string> asked;
    std::vector<std::vector<Exchange>> histories;
    std::vector<Box> boxes;

private:
    double m_confidence = 0;
};

EvalRow rowWith(std::vector<GoldPage> gold, bool all, std::vector<FoundPage> pages)
{
    EvalRow row;
    row.question.gold = std::move(gold);
    row.question.allGold = all;
    row.question.pdf = "a.pdf";
    row.inDocument = true;
    row.documentPages = pages;
    row.libraryPages = std::move(pages);
    return row;
}

} // namespace

class TestEvaluation : public QObject
{
    Q_OBJECT

private slots:
    void readsAQuestion();
    void readsTheShortForm();
    void refusesABrokenLineByItsNumber();
    void scoresAnyAndAllGoldPages();
    void comparesAnswersAfterFolding_data();
    void comparesAnswersAfterFolding();
    void aucCountsPairs();
    void searchesInFileAndLibraryAndAsksFollowUpsInTurn();
    void aMissingFileCountsAsNotFound();
    void countsQuestionsOverSeveralFilesInTheLibraryOnly();
    void judgesQuotesAndBoxesOnThePage();
    void tellsExtractGeneratedAndSupportApart();
    void figuresHaveTheKeysOfTheContract();
    void readsTheSharedSet();
};

void TestEvaluation::readsAQuestion()
{
    const auto questions = parseQuestions(
        R"({"id": "s1", "pdf": "a.pdf", "doc_lang": "en", "lang": "ar", "type": "lookup", "answerable": true, )"
        R"("question": "?", "answers": ["x"], "answer_kind": "short", "gold_mode": "all", "follow_up_of": null, )"
        R"("gold": [{"pdf": "a.pdf", "page": 3, "quote": "q"}]})"
        "\n\n"
        R"({"id": "s2", "pdf": null, "answerable": false, "question": "??"})");

    QVERIFY(questions);
    QCOMPARE(questions->size(), std::size_t(2));
    QCOMPARE(questions->at(0).gold.at(0).page, 2); // from 0 inside
    QVERIFY(questions->at(0).allGold && questions->at(0).shortAnswer);
    QVERIFY(questions->at(1).pdf.empty() && !questions->at(1).answerable);
}

void TestEvaluation::readsTheShortForm()
{
    const auto questions = parseQuestions(
        R"({"question": "When is the report due?", "pdf": "a.pdf", "page": 3, "answer": "5 May"})"
        "\n"
        R"({"question": "كم مدة الإجازة؟", "pdf": "b.pdf", "page": [1, 2], "answer": ["٣٠", "ثلاثون"]})"
        "\n"
        R"({"question": "Who is the king?", "pdf": "a.pdf"})");

    QVERIFY(questions);
    QCOMPARE(questions->at(0).id, std::string("line 1"));
    QCOMPARE(questions->at(0).gold.at(0).page, 2);
    QVERIFY(questions->at(0).answerable && questions->at(0).shortAnswer);
    QCOMPARE(questions->at(1).language, std::string("ar"));
    QCOMPARE(questions->at(1).gold.size(), std::size_t(2));
    QCOMPARE(questions->at(1).answers.size(), std::size_t(2));
    QVERIFY(!questions->at(2).answerable);
}

void TestEvaluation::refusesABrokenLineByItsNumber()
{
    const auto questions =
        parseQuestions("{\"id\": \"a\", \"answerable\": true, \"question\": \"?\"}\n{\"id\": 3}\n");

    QVERIFY(!questions);
    QCOMPARE(questions.error().code, ErrorCode::Damaged);
    QVERIFY(questions.error().detail.find("line 2") != std::string::npos);
}

void TestEvaluation::scoresAnyAndAllGoldPages()
{
    const std::vector<GoldPage> gold{{"a.pdf", 4, ""}, {"a.pdf", 9, ""}};
    const std::vector<FoundPage> pages{{"a.pdf", 1}, {"a.pdf", 4}, {"b.pdf", 9}, {"a.pdf", 7}, {"a.pdf", 9}};

    const auto any = figures(std::vector{rowWith(gold, false, pages)}, 0)["document"];
    const auto all = figures(std::vector{rowWith(gold, true, pages)}, 0)["document"];

    QCOMPARE(any["recall@1"].get<double>(), 0.0);
    QCOMPARE(any["recall@3"].get<double>(), 1.0);
    QCOMPARE(all["recall@3"].get<double>(), 0.5);
    QCOMPARE(all["recall@5"].get<double>(), 1.0);
    QCOMPARE(any["mrr@10"].get<double>(), 0.5);
}

void TestEvaluation::comparesAnswersAfterFolding_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("contained");
    QTest::newRow("thousands") << QByteArray("over 500,000 flaws") << QByteArray("500000") << true;
    QTest::newRow("Arabic digits") << QByteArray("نحو ٢٥ كيلو") << QByteArray("25") << true;
    QTest::newRow("Arabic decimal") << QByteArray("٣٧٫٥٧٥ ريال") << QByteArray("37.575") << true;
    QTest::newRow("alef forms") << QByteArray("بأن الأجر إجمالي") << QByteArray("اجمالي") << true;
    QTest::newRow("case") << QByteArray("Use QUADCC here") << QByteArray("quadcc") << true;
    QTest::newRow("path") << QByteArray("it is /dev/full, of course") << QByteArray("/dev/full") << true;
    QTest::newRow("short whole word") << QByteArray("about 18 people") << QByteArray("18") << true;
    QTest::newRow("short, part of a word") << QByteArray("about 180 people") << QByteArray("18") << false;
    QTest::newRow("not there") << QByteArray("about nine") << QByteArray("eight") << false;
}

void TestEvaluation::comparesAnswersAfterFolding()
{
    QFETCH(QByteArray, reply);
    QFETCH(QByteArray, answer);
    QFETCH(bool, contained);

    QCOMPARE(containsAnswer(reply.toStdString(), std::vector{answer.toStdString()}), contained);
}

void TestEvaluation::aucCountsPairs()
{
    QCOMPARE(areaUnderCurve(std::vector{0.9, 0.8}, std::vector{0.1}), 1.0);
    QCOMPARE(areaUnderCurve(std::vector{0.5}, std::vector{0.5}), 0.5);
    QCOMPARE(areaUnderCurve(std::vector{0.1, 0.9}, std::vector{0.5}), 0.5);
    QCOMPARE(areaUnderCurve({}, std::vector{0.5}), 0.0);
}

void TestEvaluation::searchesInFileAndLibraryAndAsksFollowUpsInTurn()
{
    SmallLibrary library;
    const DocumentId a =
        library.add("a.pdf", "en", {{"Nothing here."}, {"The release contained 474 packages."}});
    const DocumentId b = library.add("b.pdf", "en", {{"Another release contained packages too."}});
    HybridRetriever retriever(library.database, library.embedder, library.index);
    FakeAnswerer answerer;
    EvalQuestion first;
    first.id = "q1";
    first.pdf = "a.pdf";
    first.question = "How many packages did the release contain?";
    first.answers = {"474"};
    first.shortAnswer = true;
    first.gold = {{"a.pdf", 1, ""}};
    EvalQuestion second = first;
    second.id = "q2";
    second.followUpOf = "q1";
    second.question = "And when?";

    const auto rows =
        evaluate(std::vector{first, second}, {{"a.pdf", a}, {"b.pdf", b}}, retriever, &answerer, {}, {}, {});

    QVERIFY(rows);
    QCOMPARE(rows->at(0).documentPages.at(0), FoundPage("a.pdf", 1));
    QVERIFY(std::none_of(rows->at(0).documentPages.begin(), rows->at(0).documentPages.end(),
                         [](const FoundPage &page) { return page.first == "b.pdf"; }));
    QVERIFY(rows->at(0).libraryPages.size() > rows->at(0).documentPages.size());
    QVERIFY(answerer.histories.at(0).empty());
    QCOMPARE(answerer.histories.at(1).at(0).question, first.question);
    QCOMPARE(answerer.histories.at(1).at(0).answer, std::string("The answer is 474 packages."));
    const auto json = figures(*rows, 0);
    QCOMPARE(json["answers"]["answer_match"].get<double>(), 1.0);
    QCOMPARE(json["answers"]["citation_page_precision"].get<double>(), 1.0);
}

void TestEvaluation::aMissingFileCountsAsNotFound()
{
    SmallLibrary library;
    const DocumentId a = library.add("a.pdf", "en", {{"Text."}});
    HybridRetriever retriever(library.database, library.embedder, library.index);
    EvalQuestion question;
    question.id = "q";
    question.pdf = "gone.pdf";
    question.question = "Text?";
    question.gold = {{"gone.pdf", 0, ""}};

    const auto rows = evaluate(std::vector{question}, {{"a.pdf", a}}, retriever, nullptr, {}, {}, {});
    const auto json = figures(*rows, 0);

    QCOMPARE(json["document"]["n"].get<int>(), 1);
    QCOMPARE(json["document"]["recall@10"].get<double>(), 0.0);
}

void TestEvaluation::countsQuestionsOverSeveralFilesInTheLibraryOnly()
{
    EvalRow row = rowWith({{"a.pdf", 0, ""}}, false, {{"a.pdf", 0}});
    row.question.pdf.clear();
    row.inDocument = false;
    row.documentPages.clear();

    const auto json = figures(std::vector{row}, 0);

    QCOMPARE(json["document"]["n"].get<int>(), 0);
    QCOMPARE(json["library"]["n"].get<int>(), 1);
    QCOMPARE(json["library"]["recall@1"].get<double>(), 1.0);
}

void TestEvaluation::judgesQuotesAndBoxesOnThePage()
{
    SmallLibrary library;
    const DocumentId a = library.add("a.pdf", "en", {{"Nothing."}, {"It holds 474 packages of wool."}});
    HybridRetriever retriever(library.database, library.embedder, library.index);
    FakeAnswerer answerer;
    EvalQuestion question;
    question.id = "q";
    question.pdf = "a.pdf";
    question.question = "How many packages?";
    question.gold = {{"a.pdf", 1, "474 packages"}, {"a.pdf", 0, "not on this page"}};
    EvalOptions options;
    options.readPage = [&](DocumentId document, int page) { return library.store->page(document, page); };
    const PageContent page = **library.store->page(a, 1);
    answerer.boxes = {page.chars[9].box}; // the first of the quote's characters

    const auto rows = evaluate(std::vector{question}, {{"a.pdf", a}}, retriever, &answerer, options, {}, {});
    const auto json = figures(*rows, 0);

    QVERIFY(rows);
    QVERIFY(rows->at(0).quotes.at(0).found);
    QVERIFY(!rows->at(0).quotes.at(1).found);
    QCOMPARE(json["extraction"]["quotes_found"].get<double>(), 0.5);
    QCOMPARE(json["answers"]["box_n"].get<int>(), 1);
    const double share = json["answers"]["box_iou"].get<double>();
    QVERIFY(share > 0 && share < 0.3); // one letter of a dozen
}

void TestEvaluation::tellsExtractGeneratedAndSupportApart()
{
    EvalRow row = rowWith({{"a.pdf", 0, ""}}, false, {{"a.pdf", 0}});
    row.question.answers = {"474"};
    row.question.shortAnswer = true;
    row.answer = Answer();
    row.answer->text = "There are 474. About 500.";
    row.answer->extract = "There are 474.";
    row.answer->generated = "About 500.";
    row.answer->sentences = {{0, 14, Verdict::Supported, true, 1, {1}},
                             {15, 25, Verdict::Weak, false, 0.4, {1}}};

    const auto answers = figures(std::vector{row}, 0)["answers"];

    QCOMPARE(answers["extract_match"].get<double>(), 1.0);
    QCOMPARE(answers["generated_match"].get<double>(), 0.0);
    QCOMPARE(answers["sentences_supported"].get<double>(), 0.5);
    QCOMPARE(answers["sentences_weak"].get<double>(), 0.5);
    QVERIFY(wentRight(row));
}

void TestEvaluation::figuresHaveTheKeysOfTheContract()
{
    EvalRow answered = rowWith({{"a.pdf", 0, ""}}, false, {{"a.pdf", 0}});
    answered.answer = Answer();
    EvalRow declined = answered;
    declined.question.answerable = false;
    declined.answer->abstained = true;

    const auto json = figures(std::vector{answered, declined}, 1.5);

    for (const char *key :
         {"document", "library", "answers", "abstention", "by_language", "by_type", "seconds"})
        QVERIFY(json.contains(key));
    for (const char *key : {"recall@1", "recall@3", "recall@5", "recall@10", "mrr@10"})
        QVERIFY(json["document"].contains(key) && json["library"].contains(key));
    QCOMPARE(json["abstention"]["precision"].get<double>(), 1.0);
    QCOMPARE(json["abstention"]["recall"].get<double>(), 1.0);
    QCOMPARE(json["seconds"]["ingest"].get<double>(), 1.5);
}

void TestEvaluation::readsTheSharedSet()
{
    const std::filesystem::path file = std::filesystem::path(SHARED_DATA) / "evalset/questions.jsonl";
    if (!std::filesystem::exists(file))
        QSKIP("needs ../shared");

    const auto questions = readQuestions(file);

    QVERIFY(questions);
    QCOMPARE(questions->size(), std::size_t(134));
    QCOMPARE(std::count_if(questions->begin(), questions->end(),
                           [](const EvalQuestion &question) { return !question.answerable; }),
             std::ptrdiff_t(20));
}

QTEST_GUILESS_MAIN(TestEvaluation)
#include "test_evaluation.moc"
