#include "node/tree_watcher.hpp"

#include <chrono>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "hn/os/entropy.hpp"
#include "hn/os/tree_watch.hpp"
#include "hn/worktree/name.hpp"
#include "node/changed_paths.hpp"

namespace hn::node {
namespace {

using Clock = std::chrono::steady_clock;

// Each costs a descriptor, and memory for each folder.
constexpr std::size_t kTreesMax = 64;
constexpr auto kCatchUpMax = std::chrono::duration_cast<std::chrono::milliseconds>(kWatcherWaitMax);

ChangedPaths fresh_paths() {
  ChangedPaths::Instance instance{};
  os::SystemRandom().fill(instance);
  return ChangedPaths(instance);
}

os::TreeWatch::Options options_of(const std::string& root) {
  os::TreeWatch::Options out;
  out.root = root;
  out.own_folder = ".hn";
  // No scan looks into them either.
  out.left_out = [](std::string_view name) { return worktree::is_reserved_name(name); };
  return out;
}

// One working tree.
class Tree {
 public:
  Tree(asio::io_context& context, const std::string& root)
      : watch_(options_of(root)), paths_(fresh_paths()), ready_(context, watch_.descriptor()) {}
  ~Tree() { ready_.release(); }  // stays the watch's
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  bool is(const TreeQuestion& question) const {
    return watch_.device() == question.device && watch_.inode() == question.inode;
  }

  // Events that nobody takes are lost, after some thousands. Throws as the watch does.
  void take() {
    watch_.take([this](std::string_view path) { note(path); });
  }

  worktree::WatchAnswer answer(const std::optional<worktree::WatchToken>& token) {
    watch_.catch_up([this](std::string_view path) { note(path); }, kCatchUpMax);
    if (paths_.full()) paths_ = fresh_paths();
    asked_ = Clock::now();
    return paths_.answer(token);
  }

  Clock::time_point asked() const { return asked_; }
  asio::posix::stream_descriptor& ready() { return ready_; }

 private:
  // What happens in the folders of hn and git changes nothing of the working tree.
  void note(std::string_view path) {
    if (path != ".hn" && path != ".git") paths_.add(path);
  }

  os::TreeWatch watch_;
  ChangedPaths paths_;
  asio::posix::stream_descriptor ready_;
  Clock::time_point asked_ = Clock::now();
};

}  // namespace

class TreeWatcher::Trees {
 public:
  explicit Trees(const Times& times)
      : times_(times), work_(context_.get_executor()), look_(context_) {
    look_later();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Trees() {
    context_.stop();
    thread_.join();
  }
  Trees(const Trees&) = delete;
  Trees& operator=(const Trees&) = delete;

  void ask(TreeQuestion question, Reply reply) {
    asio::post(context_, [this, question = std::move(question), reply = std::move(reply)] {
      reply(encode_answer(answer(question)));
    });
  }

 private:
  using Known = std::map<std::string, std::shared_ptr<Tree>>;

  // Once more where the one that is known lost something: then all may have changed, but from then
  // on it is known again.
  std::optional<worktree::WatchAnswer> answer(const TreeQuestion& question) {
    if (question.mounts != os::mount_namespace()) return std::nullopt;
    const auto known = trees_.find(question.root);
    if (known != trees_.end()) {
      if (auto out = answer(*known->second, question)) return out;
      trees_.erase(known);
    }
    const auto tree = begin(question.root);
    return tree ? answer(*tree, question) : std::nullopt;
  }

  static std::optional<worktree::WatchAnswer> answer(Tree& tree, const TreeQuestion& question) {
    if (!tree.is(question)) return std::nullopt;
    try {
      return tree.answer(question.token);
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  std::shared_ptr<Tree> begin(const std::string& root) {
    const auto now = Clock::now();
    std::erase_if(failed_, [&](const auto& one) { return one.second <= now; });
    if (failed_.count(root) != 0 || failed_.size() + trees_.size() >= kTreesMax) return nullptr;
    try {
      auto tree = std::make_shared<Tree>(context_, root);
      trees_[root] = tree;
      wait(root, tree);
      return tree;
    } catch (const std::exception&) {
      failed_[root] = now + times_.between_tries;
      return nullptr;
    }
  }

  void wait(const std::string& root, const std::shared_ptr<Tree>& tree) {
    const auto ready = [this, root, weak = std::weak_ptr(tree)](const asio::error_code& error) {
      const auto at = weak.lock();
      if (error || !at) return;
      try {
        at->take();
        wait(root, at);
      } catch (const std::exception&) {
        trees_.erase(root);
      }
    };
    tree->ready().async_wait(asio::posix::stream_descriptor::wait_read, ready);
  }

  void look_later() {
    look_.expires_after(times_.between_looks);
    look_.async_wait([this](const asio::error_code& error) {
      if (error) return;
      const auto before = Clock::now() - times_.unasked_max;
      std::erase_if(trees_, [&](const auto& one) { return one.second->asked() < before; });
      look_later();
    });
  }

  const Times times_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer look_;
  Known trees_;
  std::map<std::string, Clock::time_point> failed_;  // until when they are not tried again
  std::thread thread_;
};

TreeWatcher::TreeWatcher() : TreeWatcher(Times()) {}
TreeWatcher::TreeWatcher(const Times& times) : trees_(std::make_unique<Trees>(times)) {}
TreeWatcher::~TreeWatcher() = default;

void TreeWatcher::ask(TreeQuestion question, Reply reply) {
  trees_->ask(std::move(question), std::move(reply));
}

}  // namespace hn::node
