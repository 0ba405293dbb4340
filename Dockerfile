# Troupe as one small image: `docker build --tag troupe .`
#
# The same image is learner and actor; what follows its name is a command of troupe:
#   docker run --rm troupe environments

FROM swift:6.3-bookworm AS build
RUN apt-get update --quiet=2 \
 && apt-get install --quiet=2 --yes --no-install-recommends \
    libzmq3-dev libsodium-dev zlib1g-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The Swift runtime goes into the program, so that the second image needs nothing of Swift.
RUN swift build --configuration release --product troupe --static-swift-stdlib \
 && install -D "$(swift build --configuration release --show-bin-path)/troupe" /out/troupe \
 && strip /out/troupe

FROM debian:bookworm-slim
RUN apt-get update --quiet=2 \
 && apt-get install --quiet=2 --yes --no-install-recommends libzmq5 libsodium23 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && install -d -m 0700 -o 10001 -g 10001 /keys /keys/actors \
 && install -d -m 0755 -o 10001 -g 10001 /runs
COPY --from=build /out/troupe /usr/local/bin/troupe
# A number, so that Kubernetes can see that it is not root. New volumes on /keys and /runs take its
# ownership over; the rest of the file system is never written to.
USER 10001:10001
WORKDIR /
# troupe is process 1 and gets SIGTERM itself: a learner writes a checkpoint, an actor sends what it has.
ENTRYPOINT ["/usr/local/bin/troupe"]
CMD ["help"]
