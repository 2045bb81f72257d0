#pragma once

#include <string>

#include "command.hpp"
#include "output.hpp"

// Values of settings by what they mean, as git config --type reads and writes them.
namespace hn::cli {

class ConfigType {
 public:
  // "bool", "int", "bool-or-int", "path" or "color". Failure usage for another.
  static ConfigType parse(const std::string& name);

  // The value of the setting `name` in the one form that all spellings of it have: true, 1024, an
  // absolute path, the bytes that make a terminal show the colour. Failure invalid where it is no
  // such value.
  std::string shown(const Context& context, const std::string& name,
                    const std::string& value) const;
  Json json(const Context& context, const std::string& name, const std::string& value) const;
  // What is written to a file; paths and colours as they were typed.
  std::string written(const Context& context, const std::string& name,
                      const std::string& value) const;

 private:
  enum class Kind { truth, number, truth_or_number, path, colour };
  explicit ConfigType(Kind kind) : kind_(kind) {}
  Kind kind_;
};

}  // namespace hn::cli
