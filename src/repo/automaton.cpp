// After K. Thompson, Regular Expression Search Algorithm, CACM 11(6), 1968, and R. Cox, Regular
// Expression Matching in the Wild, 2010 (states made on demand, a bounded cache of them).
#include "repo/automaton.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace hn::repo {
namespace {

// Of states, and of the bytes that they take together.
constexpr std::size_t kStatesMax = 4096;
constexpr std::size_t kStateBytesMax = std::size_t{16} << 20U;

}  // namespace

Automaton::Automaton(Expression expression)
    : expression_(std::move(expression)), mark_(expression_.nodes.size()) {
  classify();
}

// Bytes that no set and no border tells apart are one class.
void Automaton::classify() {
  std::map<std::vector<bool>, std::uint8_t> classes;
  for (std::size_t c = 0; c < 256; ++c) {
    std::vector<bool> key;
    for (const ByteSet& set : expression_.sets) key.push_back(set[c]);
    key.push_back(is_word_byte(static_cast<unsigned char>(c)));
    key.push_back(c == '\n');
    const auto [at, is_new] =
        classes.emplace(std::move(key), static_cast<std::uint8_t>(classes.size()));
    if (is_new) example_.push_back(static_cast<unsigned char>(c));
    class_of_[c] = at->second;
  }
  classes_ = static_cast<std::uint32_t>(classes.size());
}

bool Automaton::passes(Border border, Before before, bool end, bool word) const {
  const bool was_word = before == Before::word;
  switch (border) {
    case Border::line_begin:
      return before == Before::line_begin;
    case Border::line_end:
      return end;
    case Border::word_border:
      return was_word != word;
    case Border::no_word_border:
      return was_word == word;
    case Border::word_begin:
      return !was_word && word;
    case Border::word_end:
      return was_word && !word;
  }
  return false;
}

bool Automaton::close(const Nodes& from, Before before, bool end, bool word, Nodes& to) const {
  ++generation_;
  to.clear();
  bool matched = false;
  Nodes stack(from.rbegin(), from.rend());
  while (!stack.empty()) {
    const std::uint32_t at = stack.back();
    stack.pop_back();
    if (mark_[at] == generation_) continue;
    mark_[at] = generation_;
    const ExpressionNode& node = expression_.nodes[at];
    switch (node.kind) {
      case ExpressionNode::Kind::set:
        to.push_back(at);
        break;
      case ExpressionNode::Kind::split:
        stack.push_back(node.other);
        stack.push_back(node.next);
        break;
      case ExpressionNode::Kind::border:
        if (passes(node.border, before, end, word)) stack.push_back(node.next);
        break;
      case ExpressionNode::Kind::match:
        matched = true;
        break;
    }
  }
  return matched;
}

std::uint32_t Automaton::state_of(State state) const {
  std::ranges::sort(state.nodes);
  std::string key(1, static_cast<char>(state.before));
  key.append(reinterpret_cast<const char*>(state.nodes.data()),
             state.nodes.size() * sizeof(std::uint32_t));
  const auto at = known_.find(key);
  if (at != known_.end()) return at->second;
  if (states_.size() >= kStatesMax ||
      moves_.size() * sizeof(std::uint32_t) + states_.size() * expression_.nodes.size() >=
          kStateBytesMax) {
    known_.clear();
    states_.clear();
    moves_.clear();
    start_ = kUnknown;
  }
  const auto place = static_cast<std::uint32_t>(states_.size());
  known_.emplace(std::move(key), place);
  states_.push_back(std::move(state));
  moves_.resize(moves_.size() + classes_, kUnknown);
  return place;
}

std::uint32_t Automaton::step(std::uint32_t state, std::uint32_t byte_class) const {
  const unsigned char byte = example_[byte_class];
  const bool end = byte == '\n';
  const bool word = is_word_byte(byte);
  Nodes closed;
  const std::size_t had = states_.size();
  std::uint32_t to = kMatch;
  if (!close(states_[state].nodes, states_[state].before, end, word, closed)) {
    State next;
    next.before = end ? Before::line_begin : word ? Before::word : Before::other;
    if (!end) {
      ++generation_;
      for (const std::uint32_t at : closed) {
        const ExpressionNode& node = expression_.nodes[at];
        if (!expression_.sets[node.set][byte] || mark_[node.next] == generation_) continue;
        mark_[node.next] = generation_;
        next.nodes.push_back(node.next);
      }
      if (mark_[expression_.start] != generation_) next.nodes.push_back(expression_.start);
    } else {
      next.nodes.push_back(expression_.start);
    }
    to = state_of(std::move(next));
  }
  // Where the cache was thrown away the row is gone.
  if (states_.size() >= had) moves_[std::size_t{state} * classes_ + byte_class] = to;
  return to;
}

std::optional<std::size_t> Automaton::find_line_slowly(std::string_view text,
                                                       std::size_t from) const {
  if (start_ == kUnknown) start_ = state_of({{expression_.start}, Before::line_begin});
  std::uint32_t state = start_;
  const std::size_t newline = class_of_[static_cast<unsigned char>('\n')];
  for (std::size_t at = from; at < text.size(); ++at) {
    const std::uint32_t byte_class = class_of_[static_cast<unsigned char>(text[at])];
    std::uint32_t next = moves_[std::size_t{state} * classes_ + byte_class];
    if (next == kUnknown) next = step(state, byte_class);
    if (next == kMatch) return at;
    state = next;
  }
  // The last line may lack its newline; behind a newline there is none.
  if (from >= text.size() || text.back() == '\n') return std::nullopt;
  if (step(state, static_cast<std::uint32_t>(newline)) == kMatch) return text.size();
  return std::nullopt;
}

std::optional<std::size_t> Automaton::find_line(std::string_view text, std::size_t from) const {
  const std::string& required = expression_.required;
  if (required.empty()) return find_line_slowly(text, from);
  while (from < text.size()) {
    const void* hit =
        memmem(text.data() + from, text.size() - from, required.data(), required.size());
    if (hit == nullptr) return std::nullopt;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
    std::size_t begin = at == 0 ? text.npos : text.rfind('\n', at - 1);
    begin = begin == text.npos || begin < from ? from : begin + 1;
    const std::size_t newline = std::min(text.find('\n', at), text.size());
    const std::size_t end = std::min(newline + 1, text.size());
    if (const auto found = find_line_slowly(text.substr(0, end), begin)) return found;
    from = end;
  }
  return std::nullopt;
}

std::optional<Automaton::Match> Automaton::find(std::string_view line, bool begins) const {
  struct Thread {
    std::uint32_t node;
    std::size_t begin;
  };
  std::vector<Thread> threads;  // by begin
  std::vector<Thread> next;
  std::vector<std::uint32_t> stack;
  std::optional<Match> best;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (!best) threads.push_back({expression_.start, at});
    if (threads.empty()) break;
    const bool end = at == line.size();
    const auto byte = end ? static_cast<unsigned char>('\n') : static_cast<unsigned char>(line[at]);
    const bool word = !end && is_word_byte(byte);
    const Before before = at == 0 ? (begins ? Before::line_begin : Before::text_begin)
                          : is_word_byte(static_cast<unsigned char>(line[at - 1])) ? Before::word
                                                                                   : Before::other;
    ++generation_;
    next.clear();
    for (const Thread& thread : threads) {
      if (best && thread.begin > best->begin) break;
      stack.assign(1, thread.node);
      while (!stack.empty()) {
        const std::uint32_t place = stack.back();
        stack.pop_back();
        if (mark_[place] == generation_) continue;
        mark_[place] = generation_;
        const ExpressionNode& node = expression_.nodes[place];
        if (node.kind == ExpressionNode::Kind::match) {
          best = Match{thread.begin, at};
        } else if (node.kind == ExpressionNode::Kind::split) {
          stack.push_back(node.other);
          stack.push_back(node.next);
        } else if (node.kind == ExpressionNode::Kind::border) {
          if (passes(node.border, before, end, word)) stack.push_back(node.next);
        } else if (!end && expression_.sets[node.set][byte]) {
          next.push_back({node.next, thread.begin});
        }
      }
    }
    std::swap(threads, next);
  }
  return best;
}

}  // namespace hn::repo
