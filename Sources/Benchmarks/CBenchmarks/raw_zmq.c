#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "benchmarks.h"

// As many messages as libzmq's own throughput tools let wait for this size.
static const int waiting = 100;

int32_t bench_raw_push(const char *endpoint, size_t size, int64_t count) {
  void *context = zmq_ctx_new();
  void *socket = zmq_socket(context, ZMQ_PUSH);
  zmq_setsockopt(socket, ZMQ_SNDHWM, &waiting, sizeof waiting);
  int32_t error = zmq_connect(socket, endpoint) == 0 ? 0 : errno;
  for (int64_t i = 0; error == 0 && i <= count; i++) {
    zmq_msg_t message;
    zmq_msg_init_size(&message, size);
    memset(zmq_msg_data(&message), 1, size);
    if (zmq_msg_send(&message, socket, 0) < 0) error = errno;
  }
  zmq_close(socket);
  zmq_ctx_term(context);
  return error;
}

double bench_raw_pull(const char *endpoint, size_t size, int64_t count) {
  void *context = zmq_ctx_new();
  void *socket = zmq_socket(context, ZMQ_PULL);
  const int patience = 10000;
  zmq_setsockopt(socket, ZMQ_RCVHWM, &waiting, sizeof waiting);
  zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
  double start = -1, seconds = -1;
  volatile unsigned long sum = 0;
  if (zmq_bind(socket, endpoint) == 0) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    int64_t received = 0;
    while (received <= count && zmq_msg_recv(&message, socket, 0) == (int)size) {
      if (received++ == 0) start = bench_wall_seconds();
      const unsigned char *bytes = zmq_msg_data(&message);
      for (size_t i = 0; i < size; i += 4096) sum += bytes[i];
    }
    if (received == count + 1) seconds = bench_wall_seconds() - start;
    zmq_msg_close(&message);
  }
  zmq_close(socket);
  zmq_ctx_term(context);
  return seconds;
}
