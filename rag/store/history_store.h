#pragma once

#include "rag/store/answer_details.h"
#include "rag/types.h"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rag {

class Database;
class FileLock;

struct Conversation
{
    ConversationId id = 0;
    std::string title;
    std::string updatedAt; ///< ISO 8601, UTC
    int messages = 0;
};

enum class MessageState { Complete, Streaming, Stopped, BrokenOff, Failed };

struct Message
{
    MessageId id = 0;
    ConversationId conversation = 0;
    bool fromUser = true;
    std::string text;
    MessageState state = MessageState::Complete;
    bool abstained = false;
    std::vector<Citation> citations;
    AnswerDetails details; ///< of an answer
    std::string model;
    double tokensPerSecond = 0;
    std::string at; ///< ISO 8601, UTC
};

/// Conversations, messages, citations. Uses the thread's own connection.
/// An answer that is being written is locked (FileLock, kAnswerLocks) from before its row is committed until
/// it is finished or this object is gone, so that another program can tell it from one that a crash broke
/// off. Errors of every call: Storage, Damaged, OutOfMemory (store/sqlite.h); NotFound where an id leads
/// nowhere.
class HistoryStore
{
public:
    explicit HistoryStore(Database &database);
    ~HistoryStore();
    HistoryStore(const HistoryStore &) = delete;
    HistoryStore &operator=(const HistoryStore &) = delete;

    Result<ConversationId> create(std::string_view title, std::span<const DocumentId> scope);
    Result<std::vector<Conversation>> conversations(); ///< latest first
    /// In titles and messages; letter forms, case, marks and digits fold as in the search of documents.
    /// Latest first.
    Result<std::vector<Conversation>> search(std::string_view text);
    Result<void> rename(ConversationId id, std::string_view title);
    Result<void> remove(ConversationId id);                   ///< no trace stays in the file
    Result<std::vector<Message>> messages(ConversationId id); ///< oldest first
    Result<std::vector<DocumentId>> scope(ConversationId id);

    /// Committed (synchronous) before it returns: the model starts only then. Also opens the answer, state
    /// Streaming.
    struct Asked
    {
        MessageId question = 0;
        MessageId answer = 0;
    };

    Result<Asked> ask(ConversationId id, std::string_view question);
    /// The text so far, while it streams (store/answer_saver.h does it in time). NotFound once it is
    /// finished.
    Result<void> saveProgress(MessageId answer, std::string_view text);
    Result<void> finish(MessageId answer, const Answer &result);
    Result<void> fail(MessageId answer, std::string_view why);
    /// The last answer of a conversation is dropped and asked again.
    Result<Asked> regenerate(ConversationId id);
    /// At start: answers still Streaming that nobody alive writes were broken off by a crash. @return how
    /// many
    Result<int> markBrokenOff();

private:
    struct Opened;
    Result<Opened> openAnswer(ConversationId id);
    Result<std::vector<Citation>> citations(MessageId answer);

    Database &m_database;
    std::unordered_map<MessageId, std::unique_ptr<FileLock>> m_writing; ///< answers opened here
};

} // namespace rag
