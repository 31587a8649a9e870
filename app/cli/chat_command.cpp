#include "app/cli/answer_printer.h"
#include "app/cli/context.h"
#include "app/cli/scope.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "engine/base/unicode.h"
#include "rag/store/answer_saver.h"
#include "rag/store/history_store.h"

#include <cstdio>
#include <iostream>

namespace app {

using engine::Result;

namespace {

struct ChatOptions
{
    std::vector<std::string> pdfs;
    ScopeOptions scope;
    bool showThinking = false;
    rag::ConversationId conversation = 0; ///< 0: a new one
    rag::AnswerOptions answer;
};

/// Question and answer in pairs; answers that broke off are left out.
std::vector<rag::Exchange> exchanges(const std::vector<rag::Message> &messages)
{
    std::vector<rag::Exchange> said;
    for (std::size_t i = 0; i + 1 < messages.size(); ++i)
        if (messages[i].fromUser && !messages[i + 1].fromUser &&
            messages[i + 1].state == rag::MessageState::Complete)
            said.push_back({messages[i].text, messages[i + 1].text});
    return said;
}

/// One question: saved before the model starts, its answer as it comes and at the end.
Result<rag::Answer> answerOne(rag::Answerer &answerer, rag::Database &database, rag::HistoryStore &history,
                              const rag::Question &question, const rag::AnswerOptions &options, Shown shown,
                              const engine::CancelToken &cancel)
{
    ASSIGN_OR_RETURN(const std::vector<rag::Message> messages, history.messages(question.conversation));
    ASSIGN_OR_RETURN(const rag::HistoryStore::Asked asked, history.ask(question.conversation, question.text));

    AnswerPrinter printer(shown);
    const rag::Answerer::OnEvent print = printer.onEvent();
    rag::AnswerSaver saver(database.file(), asked.answer);
    const auto onEvent = [&](const rag::AnswerEvent &event) {
        print(event);
        if (const auto *piece = std::get_if<rag::AnswerText>(&event))
            piece->replace ? saver.replace(piece->text) : saver.add(piece->text);
    };
    Result<rag::Answer> answer = answerer.ask(question, exchanges(messages), options, onEvent, cancel);
    saver.end();
    if (!answer) {
        RETURN_IF_ERROR(history.fail(asked.answer, answer.error().detail));
        return answer;
    }
    RETURN_IF_ERROR(history.finish(asked.answer, *answer));
    printer.finish(*answer);
    return answer;
}

/// What a crash left open is said and marked, as the window does at its start.
Result<void> recover(const CliContext &context, rag::HistoryStore &history)
{
    ASSIGN_OR_RETURN(const int broken, history.markBrokenOff());
    if (broken > 0)
        context.note(std::to_string(broken) + (broken == 1 ? " answer" : " answers") +
                     " broke off when Warraq last ended; what had been written is kept.");
    return {};
}

Result<rag::ConversationId> openConversation(rag::HistoryStore &history, const ChatOptions &options,
                                             const std::vector<rag::DocumentId> &documents,
                                             const std::string &firstQuestion)
{
    if (options.conversation != 0)
        return options.conversation;
    constexpr std::size_t kTitleBytes = 80;
    std::string title = firstQuestion.substr(0, kTitleBytes);
    title.resize(title.size() - engine::incompleteTail(title));
    return history.create(title, documents);
}

Result<void> chat(CliContext &context, ChatOptions &options)
{
    options.answer.temperature = context.temperature;
    options.answer.seed = context.seed;
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::HistoryStore history(*database);
    RETURN_IF_ERROR(recover(context, history));
    ASSIGN_OR_RETURN(Scope scope, scopeOf(context, options.pdfs, options.scope));
    std::vector<rag::DocumentId> &documents = scope.documents;
    ASSIGN_OR_RETURN(const auto answerer, services->makeAnswerer());
    if (options.conversation != 0 && documents.empty()) {
        ASSIGN_OR_RETURN(documents, history.scope(options.conversation));
    }
    if (inputIsTerminal())
        context.note("Ask, one line a question; an empty line or Ctrl-D ends.");
    for (std::string line; !context.cancel.isCancelled();) {
        if (inputIsTerminal() && !context.quiet)
            std::fputs("\n> ", stderr);
        if (!std::getline(std::cin, line) || line.empty())
            break;
        ASSIGN_OR_RETURN(options.conversation, openConversation(history, options, documents, line));
        rag::Question question = scope.question(line);
        question.conversation = options.conversation;
        ASSIGN_OR_RETURN(const rag::Answer answer,
                         answerOne(*answerer, *database, history, question, options.answer,
                                   {!context.json, !context.quiet, options.showThinking}, context.cancel));
        if (context.json) {
            Json json{{"conversation", options.conversation}, {"question", line}};
            json.update(answerJson(answer, scope.ingestSeconds));
            json["prefill_seconds"] = answer.seconds.prefill;
            CliContext::print(json);
        }
    }
    if (context.cancel.isCancelled())
        return engine::fail(engine::ErrorCode::Cancelled, "stopped");
    return {};
}

} // namespace

void addChatCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<ChatOptions>();
    CLI::App *command = app.add_subcommand("chat", "A conversation in the terminal, saved like the window's");
    command->add_option("PDF", options->pdfs, "Files to answer from; none: the whole library");
    addScopeOptions(*command, options->scope, true);
    command->add_flag("--show-thinking", options->showThinking, "Show what a reasoning model thinks");
    command->add_option("--conversation", options->conversation, "Number of a conversation to go on with");
    addAnswerOptions(*command, options->answer);
    onRun(*command, context, [&context, options] { return chat(context, *options); });
}

} // namespace app
