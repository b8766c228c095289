"""A server that answers after a while, as servers do. usage: slow_server.py SECONDS; prints its port."""
import http.server
import socketserver
import sys
import time


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(float(sys.argv[1]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here it is\n")

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads, request_queue_size = True, 256


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Answer)
    print(server.server_port, flush=True)
    server.serve_forever()
