// kill_during_answer DATABASE: asks a question the way the window does, of an answerer that speaks in bursts
// with pauses, and says on stdout what it did, a line each: "asked CONVERSATION" when it was told that the
// question is on disk; "MILLISECONDS LENGTH" of the steady clock before each piece of text. Its parent
// (test_killed_answer) kills it at some moment.
#include "rag/store/sqlite.h"
#include "ui/work/answer_worker.h"

#include <QCoreApplication>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

namespace {

void say(const char *format, long long first, long long second = 0)
{
    char line[64];
    const int size = std::snprintf(line, sizeof line, format, first, second);
    if (::write(STDOUT_FILENO, line, std::size_t(size)) != size) {
        _exit(5);
    }
}

class Bursts final : public rag::Answerer
{
public:
    rag::Result<rag::Answer> ask(const rag::Question &, const std::vector<rag::Exchange> &,
                                 const rag::AnswerOptions &, const OnEvent &onEvent,
                                 const rag::CancelToken &) override
    {
        using namespace std::chrono;
        rag::Answer answer;
        for (int piece = 0; piece < 300; ++piece) {
            const std::string text = std::to_string(piece) + " ";
            answer.text += text;
            say("%lld %lld\n", duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count(),
                static_cast<long long>(answer.text.size()));
            onEvent(rag::AnswerText{text, false});
            std::this_thread::sleep_for(piece % 15 == 14 ? milliseconds(1400) : milliseconds(15));
        }
        return answer;
    }
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication qt(argc, argv);
    if (argc != 2) {
        return 2;
    }
    ui::Factories factories;
    factories.connect = [file = std::filesystem::path(argv[1])] { return rag::Database::open(file); };
    factories.makeAnswerer = []() -> rag::Result<std::unique_ptr<rag::Answerer>> {
        return std::make_unique<Bursts>();
    };
    ui::AnswerWorker worker(factories);
    QObject::connect(&worker, &ui::AnswerWorker::started,
                     [](const ui::AskStarted &started) { say("asked %lld\n", started.conversation); });
    ui::AskRequest request;
    request.number = 1;
    request.text = QStringLiteral("Is this question kept?");
    worker.ask(request);
    return 0;
}
