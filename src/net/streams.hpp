#pragma once

#include <deque>
#include <map>

#include "hn/net/endpoint.hpp"
#include "net/frame.hpp"
#include "net/sent.hpp"
#include "net/stream.hpp"

namespace hn::net {

// Every peer allows as many, so that streams can be opened before its limits are known.
inline constexpr std::uint64_t kStreamsMin = 16;

// What a stream takes while the path is not known to carry more in a few round trips: what waits
// here can neither be taken back nor be overtaken.
inline constexpr std::size_t kSendBufferMin = std::size_t{256} * 1024;

// All streams of one connection, their flow control, and whose turn it is to send: streams with
// something to send take turns, packet by packet, so none holds up another.
class StreamSet {
 public:
  StreamSet(ConnectionId connection, bool initiator, const EndpointConfig& config,
            std::deque<Event>& events);

  // Commands.
  std::optional<StreamId> open();
  std::size_t write(StreamId id, ByteView bytes);
  void finish(StreamId id);
  ReadResult read(StreamId id, std::span<Byte> out);
  std::size_t readable(StreamId id) const;
  void reset(StreamId id, std::uint64_t code);
  void stop(StreamId id, std::uint64_t code);

  // What the peer allows from the start, as the handshake says.
  void set_peer_limits(std::uint64_t data, std::uint64_t stream_data, std::uint64_t streams);

  // Frames of the peer. An error (protocol) ends the connection.
  Result<void> on_frame(const StreamFrame& f);
  Result<void> on_frame(const ResetFrame& f);
  Result<void> on_frame(const StopFrame& f);
  Result<void> on_frame(const MaxStreamDataFrame& f);
  void on_frame(const MaxDataFrame& f);
  void on_frame(const MaxStreamsFrame& f);

  // The fate of what was sent.
  void acked(const SentFrame& f);
  void lost(const SentFrame& f);

  // Limits that are due to be raised are written with the next packets.
  void raise_limits(Time now, Duration round_trip);
  // The same where no more may be asked for in all than `bytes`, and in steps of `least`. Returns
  // what was asked for.
  struct Grant {
    std::uint64_t bytes = 0;
    std::size_t least = 0;
    std::size_t window = 0;
  };
  std::uint64_t raise_limits_slowly(Time now, Duration round_trip, const Grant& grant);
  // What has been read makes room for so much more.
  bool wants_grant(std::size_t least) const noexcept {
    return data_consumed_ + data_window_ >= data_limit_ + least;
  }
  // Whether what comes is asked for slowly: new streams then widen no window.
  void set_slow(bool slow) noexcept { slow_ = slow; }
  bool wants_to_send() const noexcept { return control_pending() || data_pending(); }
  bool control_pending() const noexcept;
  bool data_pending() const noexcept;
  // Something is left to be sent, be it that the peer does not allow it yet.
  bool data_waiting() const noexcept;
  // Fills a packet and notes what went into it.
  void fill(FrameWriter& out, SentPacket& packet);

  std::uint64_t data_sent() const noexcept { return data_sent_; }  // new bytes, without repeats
  std::uint64_t bytes_retransmitted() const noexcept { return retransmitted_; }
  std::size_t memory() const;
  // What one stream may hold unacknowledged, as the path grows.
  void set_send_buffer(std::size_t bytes) noexcept { send_buffer_ = bytes; }

 private:
  struct Stream {
    Stream(std::uint64_t stream_id, std::size_t window) : id(stream_id), in(window) {}
    std::uint64_t id;
    SendHalf out;
    ReceiveHalf in;
    bool queued = false;          // in turns_
    bool limit_dirty = false;     // MAX_STREAM_DATA to send
    bool control_queued = false;  // in control_
    bool reset_pending = false;
    bool reset_sent = false;
    bool reset_acked = false;
    bool stop_pending = false;
    bool write_cut = false;  // StreamWritable is owed
    bool readable_told = false;
    bool delivered_told = false;
    bool aborted_in = false;  // the peer's reset has come
    bool stopped = false;     // stop() was called here
    bool end_read = false;
    std::uint64_t reset_code = 0;
    std::uint64_t stop_code = 0;
  };

  bool mine(std::uint64_t id) const noexcept { return (id % 2 == 0) == initiator_; }
  Stream* find(std::uint64_t id);
  const Stream* find(std::uint64_t id) const;
  Stream& create(std::uint64_t id);
  // The stream that a frame names, opening it where the peer may; nullptr for one long gone.
  Result<Stream*> of_frame(std::uint64_t id);
  void queue_data(Stream& s);
  void queue_control(Stream& s);
  void consumed(std::uint64_t bytes);
  void raise_stream_limits(Time now, Duration round_trip);
  Result<void> count_received(std::uint64_t rise);
  void tell_readable(Stream& s);
  void tell_writable(Stream& s);
  void retire_if_over(Stream& s);
  bool fill_control(FrameWriter& out, SentPacket& packet);
  bool fill_stream_control(Stream& s, FrameWriter& out, SentPacket& packet);
  bool fill_data(Stream& s, FrameWriter& out, SentPacket& packet);
  bool can_send(const Stream& s) const noexcept;

  ConnectionId connection_;
  bool initiator_;
  const EndpointConfig& config_;
  std::deque<Event>& events_;
  std::map<std::uint64_t, Stream> streams_;
  std::deque<std::uint64_t> turns_;
  std::deque<std::uint64_t> control_;
  std::deque<std::uint64_t> raise_;  // streams that were read since the last raise_limits

  std::uint64_t next_own_ = 0;   // how many streams this end has opened
  std::uint64_t next_peer_ = 0;  // how many the peer has
  std::uint64_t own_max_ = 0;    // how many this end may open in all
  std::uint64_t peer_max_;
  std::uint64_t peer_closed_ = 0;
  bool streams_dirty_ = false;  // MAX_STREAMS to send

  std::uint64_t peer_stream_window_ = 0;
  std::uint64_t peer_data_limit_ = 0;
  std::uint64_t data_sent_ = 0;
  std::uint64_t data_limit_;  // what the peer may send
  std::uint64_t data_received_ = 0;
  std::uint64_t data_consumed_ = 0;
  std::size_t data_window_;
  std::size_t own_window_;  // of streams of this end: the greatest that one came to
  std::optional<Time> last_raise_;
  bool data_limit_dirty_ = false;
  bool slow_ = false;

  std::size_t send_buffer_;
  std::uint64_t retransmitted_ = 0;
};

}  // namespace hn::net
