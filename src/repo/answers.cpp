#include "hn/repo/answers.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/resolve.hpp"

// Specified in hn-repository(5), ANSWERS.
namespace hn::repo {
namespace {

// Which of two sides comes first depends on the log; what they are made into does not.
std::string key_of(const std::string& path, merge::Pieces pieces) {
  if (pieces.size() == 3 && pieces[2] < pieces[0]) std::swap(pieces[0], pieces[2]);
  Encoder out;
  out.sized(std::string_view(path)).varint(pieces.size());
  for (const std::string_view piece : pieces) out.sized(piece);
  const Hash hash = crypto::hash(crypto::Purpose("hn.answer"), std::move(out).take());
  return std::string(key::kAnswers) + hn::to_hex(ByteView(hash).first(16));
}

// Makes room for `more`: what is too old goes, then what is oldest.
void make_room(const Repository& repository, store::Batch& batch, std::size_t more) {
  const std::int64_t now = repository.world().clock.wall().seconds;
  std::vector<std::pair<std::int64_t, std::string>> kept;
  for (const auto& [key, bytes] : repository.store().list(key::kAnswers)) {
    const auto record = decode_answer_record(bytes);
    if (!record || record->when + kAnswerSecondsMax < now)
      batch.erase(key);
    else
      kept.emplace_back(record->when, key);
  }
  std::ranges::sort(kept);
  for (std::size_t i = 0; i < kept.size() && kept.size() - i + more > kAnswersMax; ++i)
    batch.erase(kept[i].second);
}

}  // namespace

bool remembers_answers(const Repository& repository) {
  const auto value = repository.settings().get("merge.remember");
  return !value || (*value != "false" && *value != "no" && *value != "off" && *value != "0");
}

merge::Answers answers_for(const Repository& repository, const std::string& path) {
  if (!remembers_answers(repository)) return {};
  return [&repository, path](const merge::Pieces& pieces) -> std::optional<Bytes> {
    const auto bytes = repository.store().get(key_of(path, pieces));
    if (!bytes) return std::nullopt;
    auto record = decode_answer_record(*bytes);
    if (!record) return std::nullopt;  // as good as forgotten
    return std::move(record->made);
  };
}

void remember_answers(const Repository& repository, store::Batch& batch, const std::string& path,
                      const object::Id& conflict, const object::Value& text) {
  if (!remembers_answers(repository) || !text.is_file()) return;
  auto bytes = object::read_file(batch, text.id(), merge::kTextBytesMax);
  if (!bytes) return;  // longer than what is merged by lines
  const auto terms = require(object::read_conflict(batch, conflict), "reading a conflict");
  const auto given = require(merge::answers_given(batch, terms, *bytes), "reading a conflict");
  if (given.hunks.empty()) return;
  make_room(repository, batch, given.hunks.size());
  const std::int64_t now = repository.world().clock.wall().seconds;
  std::size_t left = kAnswersMax;
  for (const merge::Answer& answer : given.hunks) {
    if (answer.made.size() > kAnswerBytesMax || left-- == 0) continue;
    batch.put(key_of(path, answer.pieces), encode(AnswerRecord{now, answer.made}));
  }
}

Restored forget_answers(Repository& repository, const worktree::Pathspec& meant) {
  {
    const auto lock = repository.store().lock();
    repository.refresh();
    store::Batch batch = repository.store().begin();
    for (const OpenConflict& conflict : open_conflicts(repository, meant)) {
      // Nothing of it is the same in a text that is empty: every hunk is told.
      for (const merge::Pieces& pieces :
           require(merge::open_hunks(repository.store(), conflict.terms), "reading a conflict")
               .hunks)
        batch.erase(key_of(conflict.path, pieces));
    }
    batch.commit();
  }
  RestoreRequest request;
  request.meant = meant;
  request.overwrite_new = true;
  return restore(repository, request);
}

}  // namespace hn::repo
