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
# Where a learner serves its page at port 8080 (--http 0.0.0.0:8080), it is well when /readyz says so: it listens. An
# actor listens nowhere and is well as long as it runs. The image has no curl.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["/bin/bash", "-c", "exec 3<> /dev/tcp/127.0.0.1/8080 || exit 0; printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3; read -r _ status _ <&3; [[ $status == 200 ]]"]
# troupe is process 1 and gets SIGTERM itself: a learner writes a checkpoint, an actor sends what it has.
ENTRYPOINT ["/usr/local/bin/troupe"]
CMD ["help"]
