#include "rag/store/history_store.h"

#include "rag/store/blob.h"
#include "rag/store/private_file.h"
#include "rag/store/sqlite.h"
#include "rag/text/normalizer.h"

namespace rag {

namespace {

constexpr const char *kConversationColumns =
    "SELECT id, title, updated_at, (SELECT count(*) FROM messages m WHERE m.conversation = c.id) FROM "
    "conversations c ";

std::string folded(std::string_view text)
{
    return normalizeForIndex(text).text;
}

Result<std::vector<Conversation>> conversationsOf(Statement &row)
{
    std::vector<Conversation> conversations;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return conversations;
        conversations.push_back(
            {row.integer(0), std::string(row.text(1)), std::string(row.text(2)), row.integer32(3)});
    }
}

MessageState stateOf(std::int64_t value)
{
    return value >= 0 && value <= static_cast<std::int64_t>(MessageState::Failed)
               ? static_cast<MessageState>(value)
               : MessageState::Failed;
}

Message messageOf(const Statement &row)
{
    Message message;
    message.id = row.integer(0);
    message.conversation = row.integer(1);
    message.fromUser = row.integer(2) != 0;
    message.text = row.text(3);
    message.state = stateOf(row.integer(4));
    message.abstained = row.integer(5) != 0;
    message.model = row.text(6);
    message.tokensPerSecond = row.real(7);
    message.at = row.text(8);
    return message;
}

/// @return null while somebody alive writes the answer
Result<std::unique_ptr<FileLock>> lockAnswer(Database &database, MessageId answer)
{
    return FileLock::tryTake(lockFile(database.file()), kAnswerLocks + answer);
}

Result<void> requireChange(Result<std::int64_t> changed)
{
    RETURN_IF_ERROR(changed);
    if (*changed == 0)
        return fail(ErrorCode::NotFound, "the conversation or message is no longer there");
    return {};
}

Result<void> touch(Database &database, ConversationId id)
{
    return requireChange(
        database.run("UPDATE conversations SET updated_at = ? WHERE id = ?", timestamp(), id));
}

Result<void> insertCitation(Database &database, MessageId message, const Citation &citation)
{
    RETURN_IF_ERROR(
        database.run("INSERT INTO citations (message, n, document, document_name, page, page_label, quote, "
                     "boxes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     message, citation.n, citation.document, citation.documentName, citation.page,
                     citation.pageLabel, citation.quote, packBoxes(citation.boxes)));
    return {};
}

} // namespace

HistoryStore::HistoryStore(Database &database)
    : m_database(database)
{
}

HistoryStore::~HistoryStore() = default;

// ---- conversations
// --------------------------------------------------------------------------------------------

Result<ConversationId> HistoryStore::create(std::string_view title, std::span<const DocumentId> scope)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(m_database.run("INSERT INTO conversations (title, folded, updated_at) VALUES (?, ?, ?)",
                                   title, folded(title), timestamp()));
    const ConversationId id = m_database.lastInsertId();
    for (const DocumentId document : scope)
        RETURN_IF_ERROR(m_database.run("INSERT OR IGNORE INTO scopes VALUES (?, ?)", id, document));
    RETURN_IF_ERROR(transaction.commit());
    return id;
}

Result<std::vector<Conversation>> HistoryStore::conversations()
{
    ASSIGN_OR_RETURN(Statement row, m_database.prepare(std::string(kConversationColumns) +
                                                       "ORDER BY updated_at DESC, id DESC"));
    return conversationsOf(row);
}

Result<std::vector<Conversation>> HistoryStore::search(std::string_view text)
{
    const std::string wanted = folded(text);
    if (wanted.empty())
        return conversations();
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare(std::string(kConversationColumns) +
                               "WHERE instr(c.folded, ?1) OR EXISTS (SELECT 1 FROM messages m WHERE "
                               "m.conversation = c.id AND instr(m.folded, ?1)) "
                               "ORDER BY updated_at DESC, id DESC",
                           wanted));
    return conversationsOf(row);
}

Result<void> HistoryStore::rename(ConversationId id, std::string_view title)
{
    return requireChange(m_database.run("UPDATE conversations SET title = ?, folded = ? WHERE id = ?", title,
                                        folded(title), id));
}

Result<void> HistoryStore::remove(ConversationId id)
{
    RETURN_IF_ERROR(requireChange(m_database.run("DELETE FROM conversations WHERE id = ?", id)));
    return m_database.checkpoint();
}

Result<std::vector<DocumentId>> HistoryStore::scope(ConversationId id)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT document FROM scopes WHERE conversation = ?", id));
    std::vector<DocumentId> documents;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return documents;
        documents.push_back(row.integer(0));
    }
}

// ---- messages
// -------------------------------------------------------------------------------------------------

Result<std::vector<Message>> HistoryStore::messages(ConversationId id)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT id, conversation, from_user, text, state, abstained, "
                                        "model, tokens_per_second, at FROM messages WHERE "
                                        "conversation = ? ORDER BY id",
                                        id));
    std::vector<Message> messages;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return messages;
        messages.push_back(messageOf(row));
        if (messages.back().fromUser)
            continue;
        Message &answer = messages.back();
        ASSIGN_OR_RETURN(answer.citations, citations(answer.id));
        ASSIGN_OR_RETURN(answer.details, loadDetails(m_database, answer.id, answer.text.size()));
    }
}

Result<std::vector<Citation>> HistoryStore::citations(MessageId answer)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT n, document, document_name, page, page_label, quote, "
                                        "boxes FROM citations WHERE message = ? ORDER BY id",
                                        answer));
    std::vector<Citation> citations;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return citations;
        Citation citation{row.integer32(0),
                          row.integer(1),
                          std::string(row.text(2)),
                          row.integer32(3),
                          std::string(row.text(4)),
                          std::string(row.text(5)),
                          {}};
        ASSIGN_OR_RETURN(citation.boxes, unpackBoxes(row.blob(6)));
        citations.push_back(std::move(citation));
    }
}

struct HistoryStore::Opened
{
    MessageId answer = 0;
    std::unique_ptr<FileLock> lock; ///< taken before the commit: nobody sees the row without it
};

Result<HistoryStore::Opened> HistoryStore::openAnswer(ConversationId id)
{
    RETURN_IF_ERROR(m_database.run("INSERT INTO messages (conversation, from_user, text, folded, state, at) "
                                   "VALUES (?, 0, '', '', ?, ?)",
                                   id, static_cast<int>(MessageState::Streaming), timestamp()));
    Opened opened{m_database.lastInsertId(), nullptr};
    ASSIGN_OR_RETURN(opened.lock, lockAnswer(m_database, opened.answer));
    return opened;
}

Result<HistoryStore::Asked> HistoryStore::ask(ConversationId id, std::string_view question)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(touch(m_database, id));
    RETURN_IF_ERROR(m_database.run("INSERT INTO messages (conversation, from_user, text, folded, state, at) "
                                   "VALUES (?, 1, ?, ?, ?, ?)",
                                   id, question, folded(question), static_cast<int>(MessageState::Complete),
                                   timestamp()));
    const MessageId asked = m_database.lastInsertId();
    ASSIGN_OR_RETURN(Opened opened, openAnswer(id));
    RETURN_IF_ERROR(transaction.commit());
    m_writing[opened.answer] = std::move(opened.lock);
    return Asked{asked, opened.answer};
}

Result<void> HistoryStore::saveProgress(MessageId answer, std::string_view text)
{
    return requireChange(m_database.run("UPDATE messages SET text = ? WHERE id = ? AND state = ?", text,
                                        answer, static_cast<int>(MessageState::Streaming)));
}

Result<void> HistoryStore::finish(MessageId answer, const Answer &result)
{
    const MessageState state = result.stopped ? MessageState::Stopped : MessageState::Complete;
    const double seconds = result.seconds.decode;
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(requireChange(
        m_database.run("UPDATE messages SET text = ?, folded = ?, state = ?, abstained = ?, model = ?, "
                       "tokens_per_second = ? WHERE id = ?",
                       result.text, folded(result.text), static_cast<int>(state), result.abstained,
                       result.model, seconds > 0 ? result.answerTokens / seconds : 0.0, answer)));
    RETURN_IF_ERROR(m_database.run("DELETE FROM citations WHERE message = ?", answer));
    for (const Citation &citation : result.citations)
        RETURN_IF_ERROR(insertCitation(m_database, answer, citation));
    RETURN_IF_ERROR(saveDetails(m_database, answer, result));
    RETURN_IF_ERROR(transaction.commit());
    m_writing.erase(answer);
    return {};
}

Result<void> HistoryStore::fail(MessageId answer, std::string_view why)
{
    RETURN_IF_ERROR(requireChange(m_database.run("UPDATE messages SET state = ?, note = ? WHERE id = ?",
                                                 static_cast<int>(MessageState::Failed), why, answer)));
    m_writing.erase(answer);
    return {};
}

Result<HistoryStore::Asked> HistoryStore::regenerate(ConversationId id)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    ASSIGN_OR_RETURN(
        const MessageId question,
        m_database.number("SELECT max(id) FROM messages WHERE conversation = ? AND from_user = 1", id));
    if (question == 0)
        return rag::fail(ErrorCode::NotFound, "the conversation has no question to ask again");
    RETURN_IF_ERROR(m_database.run("DELETE FROM messages WHERE conversation = ? AND id > ?", id, question));
    RETURN_IF_ERROR(touch(m_database, id));
    ASSIGN_OR_RETURN(Opened opened, openAnswer(id));
    RETURN_IF_ERROR(transaction.commit());
    m_writing[opened.answer] = std::move(opened.lock);
    return Asked{question, opened.answer};
}

Result<int> HistoryStore::markBrokenOff()
{
    // Alone in the database: an answer seen here was locked before it could be seen.
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    std::vector<std::pair<MessageId, std::string>> streaming;
    {
        ASSIGN_OR_RETURN(Statement row, m_database.prepare("SELECT id, text FROM messages WHERE state = ?",
                                                           static_cast<int>(MessageState::Streaming)));
        while (true) {
            ASSIGN_OR_RETURN(const bool more, row.step());
            if (!more)
                break;
            streaming.emplace_back(row.integer(0), row.text(1));
        }
    }
    int broken = 0;
    for (const auto &[id, text] : streaming) {
        ASSIGN_OR_RETURN(const auto lock, lockAnswer(m_database, id));
        if (!lock)
            continue;
        RETURN_IF_ERROR(m_database.run("UPDATE messages SET state = ?, folded = ? WHERE id = ?",
                                       static_cast<int>(MessageState::BrokenOff), folded(text), id));
        ++broken;
    }
    RETURN_IF_ERROR(transaction.commit());
    return broken;
}

} // namespace rag
