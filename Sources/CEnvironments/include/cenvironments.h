// Vectorised lane loops of the built-in environments, in double precision. Plain multiplications and
// additions only, so every instruction set gives the bits of the scalar environment in Swift.
#ifndef TROUPE_CENVIRONMENTS_H
#define TROUPE_CENVIRONMENTS_H

#include <stddef.h>
#include <stdint.h>

/// One step of CartPole on `count` lanes. The state arrays have room for `count` rounded up to a multiple
/// of 8, and so have actions, rewards, ends and each row of `observations` (4 rows, `stride` apart).
/// `ends` gets 1 where the pole fell, else 0.
void troupe_cartpole_step(
    double *position, double *velocity, double *angle, double *angular_velocity,
    const float *actions, size_t count, float *observations, size_t stride, float *rewards,
    uint8_t *ends);

/// One step of Pendulum on `count` lanes, whose episodes never end by themselves. Sizes as above, with 3
/// rows of `observations`.
void troupe_pendulum_step(
    double *angle, double *velocity, const float *actions, size_t count, float *observations,
    size_t stride, float *rewards);

#endif
