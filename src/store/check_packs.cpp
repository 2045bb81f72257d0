#include "store/check_packs.hpp"

#include <algorithm>

namespace hn::store {
namespace {

using Report = std::function<void(const Finding&)>;
using Progress = std::function<void(std::uint64_t blocks)>;

std::string name_in(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

class Check {
 public:
  Check(const Opened& opened, const Report& report, const Progress& progress)
      : opened_(opened), packs_(opened.packs()), report_(report), progress_(progress) {}

  CheckSummary run() {
    for (const auto& pack : packs_->sealed()) {
      file_ = name_in(pack_path(opened_.folder(), pack->number()));
      check_sealed(*pack);
    }
    const auto& tail = packs_->tail();
    file_ = name_in(pack_path(opened_.folder(), tail->number()));
    check_tail(*tail);
    std::sort(summary_.commits.begin(), summary_.commits.end());
    summary_.commits.erase(std::unique(summary_.commits.begin(), summary_.commits.end()),
                           summary_.commits.end());
    summary_.packs = packs_->sealed().size() + 1;
    summary_.entries = opened_.ledger().entry_count();
    summary_.operations = opened_.ledger().operations().size();
    return summary_;
  }

 private:
  void find(const Error& error, std::uint64_t offset,
            const std::optional<object::Address>& address = {}) {
    ++summary_.findings;
    report_({error.code, error.rule, file_, offset, address});
  }

  void check_tail(const TailPack& tail) {
    const auto file =
        opened_.fs().open(pack_path(opened_.folder(), tail.number()), os::Access::read);
    Bytes contents(tail.bytes());
    contents.resize(file->read_at(0, contents));
    check_records(tail, contents, {});
  }

  void check_sealed(const SealedPack& pack) {
    const auto rows = pack.index().check_rows();
    if (!rows) find(rows.error(), 0);
    if (pack.index_was_bad()) find({Code::damaged, "index was missing or damaged", {}}, 0);
    check_records(pack, pack.contents(), offsets_in(pack.index()));
  }

  static std::vector<std::uint64_t> offsets_in(const IndexView& index) {
    std::vector<std::uint64_t> offsets;
    for (std::size_t i = 0; i < index.size(); ++i) offsets.push_back(index.offset(i));
    std::sort(offsets.begin(), offsets.end());
    return offsets;
  }

  // Behind a damaged head the walk goes on at the next record that the index knows.
  void check_records(const Pack& pack, ByteView contents,
                     const std::vector<std::uint64_t>& offsets) {
    std::uint64_t at = kPackHeaderBytes;
    while (at < contents.size()) {
      const ByteView rest = contents.subspan(at);
      const auto head = decode_record_head(rest);
      if (head && head->size() <= rest.size()) {
        check_record_at(pack, rest.first(head->size()), *head, at);
        at += head->size();
        continue;
      }
      find({Code::damaged, head ? "record cut short" : head.error().rule, {}}, at);
      const auto next = std::upper_bound(offsets.begin(), offsets.end(), at);
      at = next == offsets.end() ? contents.size() : *next;
    }
  }

  void check_record_at(const Pack& pack, ByteView record, const RecordHead& head,
                       std::uint64_t at) {
    ++summary_.blocks;
    if (progress_) progress_(summary_.blocks);
    summary_.stored_bytes += head.stored_bytes;
    summary_.plain_bytes += head.plain_bytes;
    const auto whole = check_record(record);
    if (!whole) return find(whole.error(), at, head.address);
    if (!pack.find(head.address)) {
      find({Code::damaged, "block that the index does not name", {}}, at, head.address);
    }
    const auto plain = packs_->decode({head, record.subspan(head.head_bytes()), {}}, &bases_);
    if (!plain) return find(plain.error(), at, head.address);
    if (object::id_of(head.kind, (*plain)->bytes) != object::id_at(head.address)) {
      return find({Code::invalid, "block whose id is not that of its bytes", {}}, at, head.address);
    }
    if (head.kind == object::Kind::commit) summary_.commits.push_back(head.address);
  }

  const Opened& opened_;
  std::shared_ptr<const PackSet> packs_;
  const Report& report_;
  PlainCache bases_{16U << 20U};
  std::string file_;
  CheckSummary summary_;
  const Progress& progress_;
};

}  // namespace

CheckSummary check_store(const Opened& opened, const Report& report, const Progress& progress) {
  return Check(opened, report, progress).run();
}

}  // namespace hn::store
