#pragma once

#include <streambuf>
#include <string>
#include <string_view>

namespace hn::cli {

struct Command;
class Given;

// Whether --quiet of a command is what --quiet before it is. Others have one of their own, or none.
bool quiet_means_silence(std::string_view verb);

// Whether all that it prints to standard output with these words says what was done.
bool tells_only(const Command& command, const Given& given);

// From begin() on, lines on standard error that begin with "note: " or "hint: " are left out, and
// all that goes to standard output if that is told so. What programs print that this one starts is
// their own.
class Quiet {
 public:
  Quiet() = default;
  ~Quiet() { end(); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  void begin(bool output_too);
  void end();

 private:
  class Nowhere final : public std::streambuf {
   protected:
    int_type overflow(int_type c) override { return traits_type::not_eof(c); }
    std::streamsize xsputn(const char* /*text*/, std::streamsize size) override { return size; }
  };
  class Lines final : public std::streambuf {
   public:
    std::streambuf* to = nullptr;
    void finish();

   protected:
    int_type overflow(int_type c) override;
    int sync() override;

   private:
    bool may_be_note() const;
    bool is_note() const;
    void pass();
    std::string line_;      // what its kind is not known of yet
    bool passing_ = false;  // the line is shown
    bool dropping_ = false;
  };

  Nowhere nowhere_;
  Lines lines_;
  std::streambuf* out_ = nullptr;
  std::streambuf* err_ = nullptr;
};

}  // namespace hn::cli
